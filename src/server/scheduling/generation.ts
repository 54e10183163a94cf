import type { SampledToken, Sequence, StepResult } from '../../engine/sequence.ts';
import { StopMatcher } from '../../engine/stop.ts';
import type { SyntheticAcceptance } from '../../engine/syntheticAcceptance.ts';
import type { TokenId } from '../../forward/forward.ts';
import type { DraftCounts, StopType, Timings } from '../../protocol/completion.ts';
import { StreamDecoder, type Tokenizer } from '../../tokenizer/index.ts';
import type { CompletionParams } from '../params/completionFields.ts';
import { speculativeParamsOf } from '../params/samplerParams.ts';
import { DraftTally } from './draftTally.ts';
import { IndentGuard } from './indent.ts';
import type { Task } from './task.ts';
import { timingsOf } from './timings.ts';
import { Trace } from './trace.ts';

/** Settings shared by all generations of a server. */
export interface GenerationContext {
  readonly tokenizer: Tokenizer;
  readonly nCtx: number;
  /** True if a full slot drops old context and continues. */
  readonly ctxShift: boolean;
  /** Creates the rule that accepts drafts instead of the target; null for none. */
  readonly createAcceptance?: (params: CompletionParams) => SyntheticAcceptance | null;
}

export type GenerationEvent =
  /** A further part of the prompt is in the cache. */
  | { readonly kind: 'progress' }
  /** A token was sampled. `text` is the text that may be shown after it, including held-back text. */
  | { readonly kind: 'token'; readonly sampled: SampledToken; readonly text: string };

/** Task in a slot, running or finished: its sequence, text, stop reason and timings. */
export class Generation {
  readonly task: Task;
  readonly sequence: Sequence;
  readonly startedAt: number;
  /** Present if the request asks for it. */
  readonly trace: Trace | null;

  readonly #context: GenerationContext;
  readonly #decoder: StreamDecoder;
  readonly #stops: StopMatcher;
  readonly #indent: IndentGuard;
  readonly #sampled: SampledToken[] = [];
  readonly #drafts = new DraftTally();
  #text = '';
  #hasNewLine = false;
  #truncated = false;
  /** Number of leading positions that were never moved. */
  #nUnshifted = Number.POSITIVE_INFINITY;
  #stopType: StopType = 'none';
  #stoppingWord = '';
  #nRounds = 0;
  /** Tokens sampled in the last step behind the token that ended the generation. */
  #nDropped = 0;
  #promptDoneAt: number | null = null;
  #nCached: number;
  /** Time of the last step. */
  #updatedAt: number;

  /** Starts `task` in `slot`, whose cache holds the first `nCached` tokens of the prompt. `now` in milliseconds. */
  constructor(task: Task, slot: number, nCached: number, now: number, context: GenerationContext) {
    const { params, prompt, sampler, nPredict } = task;
    this.task = task;
    this.trace = params.speculationTrace ? new Trace() : null;
    this.#nCached = nCached;
    this.startedAt = now;
    this.#updatedAt = now;
    this.#context = context;
    this.#decoder = new StreamDecoder(context.tokenizer, new Set(params.chat?.preserved));
    this.#stops = new StopMatcher(params.stop);
    this.#indent = new IndentGuard(params.nIndent);
    for (const token of prompt) sampler.accept(token);
    this.sequence = {
      slot,
      tokens: [...prompt],
      nPast: nCached,
      sampler,
      probs: params.nProbs === null ? null : { n: params.nProbs, postSampling: params.postSamplingProbs },
      speculative: speculativeParamsOf(params),
      synthetic: context.createAcceptance?.(params) ?? null,
      nRemain: Math.max(1, nPredict),
      ...(task.pool && { pool: task.pool }),
    };
  }

  /** Number of prompt tokens that the slot's cache already held. */
  get nCached(): number {
    return this.#nCached;
  }

  /** Text so far, without the part that a stop string may still cut. */
  get text(): string {
    return this.#text;
  }

  /** All sampled tokens, including the end-of-generation token and the tokens of a stop string. */
  get sampled(): readonly SampledToken[] {
    return this.#sampled;
  }

  get hasNewLine(): boolean {
    return this.#hasNewLine;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  get stopType(): StopType {
    return this.#stopType;
  }

  get stoppingWord(): string {
    return this.#stoppingWord;
  }

  /** Number of prompt tokens in the cache so far. */
  get nPromptDone(): number {
    return this.#promptDoneAt === null ? this.sequence.nPast : this.task.prompt.length;
  }

  get isPromptDone(): boolean {
    return this.#promptDoneAt !== null;
  }

  /** Milliseconds from the start to the last step. */
  get elapsedMs(): number {
    return this.#updatedAt - this.startedAt;
  }

  /** Drafts so far. */
  get drafts(): readonly DraftCounts[] {
    return this.#drafts.counts;
  }

  get timings(): Timings {
    return timingsOf({
      nCached: this.nCached,
      nPrompt: this.nPromptDone,
      nPredicted: this.#sampled.length,
      drafts: this.drafts,
      nRounds: this.#nRounds,
      startedAt: this.startedAt,
      promptDoneAt: this.#promptDoneAt ?? this.#updatedAt,
      lastTokenAt: this.#updatedAt,
    });
  }

  /** Tokens whose K and V the slot holds: all except the last one, which was sampled but never decoded. */
  get cachedTokens(): readonly TokenId[] {
    const { tokens, nPast } = this.sequence;
    const end = this.#promptDoneAt === null ? nPast : tokens.length - this.#nDropped - 1;
    return tokens.slice(0, Math.min(nPast, end));
  }

  /** Part of `cachedTokens` that a later request may reuse: moved cells still depend on the text that was dropped. */
  get reusableTokens(): readonly TokenId[] {
    return this.cachedTokens.slice(0, this.#nUnshifted);
  }

  /** Records that the cache of `parent`, another choice of the same prompt, was copied for this generation. */
  markForked(parent: Generation): void {
    this.#nCached = parent.nCached;
  }

  /** Records that positions from `keep` on were dropped to make room. */
  markShifted(keep: number): void {
    this.#truncated = true;
    this.markMoved(keep);
  }

  /** Records that the tokens from `keep` on were decoded at other positions. */
  markMoved(keep: number): void {
    this.#nUnshifted = Math.min(this.#nUnshifted, keep);
  }

  /** True if there is a reason to stop. An embedding ends with its prompt. */
  get isOver(): boolean {
    const { pool, nPast, tokens } = this.sequence;
    return this.#stopType !== 'none' || (pool !== undefined && nPast === tokens.length);
  }

  /** Applies the result of a step, one event at a time; at each event the generation has the state of that event. */
  *advance(result: StepResult, now: number): Generator<GenerationEvent, void> {
    const ms = now - this.#updatedAt;
    this.#updatedAt = now;
    this.#drafts.add(result);
    if (this.#promptDoneAt !== null) {
      this.#nRounds++;
      this.trace?.stepped(result, ms);
    } else {
      if (result.sampled.length > 0) this.#promptDoneAt = now;
      if (result.nPrompt > 0) yield { kind: 'progress' };
    }
    for (const [i, sampled] of result.sampled.entries()) {
      this.#nDropped = result.sampled.length - 1 - i;
      if (this.task.nPredict === 0) {
        this.#stopType = 'limit';
        return;
      }
      this.trace?.took(result, i);
      yield { kind: 'token', sampled, text: this.#take(sampled) };
      if (this.isOver) return;
    }
    this.sequence.nRemain = this.task.nPredict - this.#sampled.length;
  }

  /** Returns the text that `sampled` makes visible. */
  #take(sampled: SampledToken): string {
    this.#sampled.push(sampled);
    const matched = this.#stops.push(this.#decoder.push(sampled.token));
    let { text } = matched;
    if (matched.stop !== null) {
      this.#stopType = 'word';
      this.#stoppingWord = matched.stop;
    } else {
      const indented = this.#indent.push(text);
      text = indented.text;
      this.#stopType = this.#reasonToStop(sampled.token, text, indented.ended);
      if (this.isOver && !indented.ended) text += this.#heldBack();
    }
    this.#text += text;
    this.#hasNewLine ||= text.includes('\n');
    return text;
  }

  /**
   * Stop reason after the token just taken; `none` if the generation continues. `text` is the text that the token made visible.
   */
  #reasonToStop(token: TokenId, text: string, indentEnded: boolean): StopType {
    const { nPredict, params } = this.task;
    const { nCtx, ctxShift, tokenizer } = this.#context;
    const isFull = !ctxShift && this.sequence.tokens.length - this.#nDropped >= nCtx;
    if (isFull) this.#truncated = true;
    if (tokenizer.isEog(token)) return 'eos';
    if (isFull || indentEnded || this.#sampled.length >= nPredict) return 'limit';
    const generatingMs = this.#updatedAt - (this.#promptDoneAt ?? this.#updatedAt);
    const isLate = params.tMaxPredictMs > 0 && generatingMs > params.tMaxPredictMs;
    return isLate && text.includes('\n') ? 'limit' : 'none';
  }

  /** Text that was held back for a stop string or an incomplete character, when no more text will come. */
  #heldBack(): string {
    return this.#stops.push(this.#decoder.flush()).text + this.#stops.flush();
  }
}
