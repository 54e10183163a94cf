import type { DraftedToken, FusedOutput } from '../forward/drafting.ts';
import type { BatchRow, Candidates, OutputKind, TokenId } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { CacheSpan } from '../forward/sequenceCache.ts';
import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { type BatchShare, shareBatch } from './batchShare.ts';
import type { DraftSource, PlannedDrafts } from './draftSource.ts';
import { embedStep, isEmbedded } from './embedStep.ts';
import { type Sequence, type StepResult, widerOutput } from './sequence.ts';
import { verifyDraft } from './speculate.ts';
import { StepAhead, type SubmittedStep } from './stepAhead.ts';

/** What one sequence has in the batch of a step: tokens from its `nPast` on, then a draft behind the pending one. */
interface BatchPart<Token = TokenId | DraftedToken> {
  readonly sequence: Sequence;
  readonly nTokens: number;
  readonly draft: readonly Token[];
}

/** The drafts of a step, one per sequence: known, or to be made and verified in one go. */
type Drafts =
  | { readonly kind: 'known'; readonly drafts: readonly (readonly TokenId[])[] }
  | {
      readonly kind: 'planned';
      readonly drafts: readonly (readonly DraftedToken[])[];
      /** As of `PlannedDrafts`, with a draft for each of `drafting`, which are indices of the sequences. */
      readonly verify: PlannedDrafts['verify'];
      readonly drafting: readonly number[];
      readonly output: FusedOutput;
    };

/** A batch that was decoded: the parts with the tokens of their drafts, and all output rows. */
interface DecodedBatch {
  readonly parts: readonly BatchPart<TokenId>[];
  readonly outputs: readonly Candidates[];
}

/**
 * Continuous batching: every step decodes, in one batch of the target, the pending token of each generating sequence with
 * its draft, and as much of the unfinished prompts as there is room for. Neither the company in a batch nor the drafts
 * change what a sequence samples.
 */
export class Decoder {
  readonly #target: ForwardPass;
  readonly #drafts: DraftSource | null;
  readonly #batchRows: number;
  readonly #ahead: StepAhead;
  /** Milliseconds. */
  readonly #now: () => number;
  /** Sequences whose prompt is done. */
  readonly #generating = new WeakSet<Sequence>();

  /** Throws `invalid_option` when a batch has fewer rows than there are slots. */
  constructor(
    target: ForwardPass,
    drafts: DraftSource | null,
    options: { readonly nBatch: number; readonly now?: () => number },
  ) {
    this.#now = options.now ?? (() => performance.now());
    this.#target = target;
    this.#ahead = new StepAhead(target);
    this.#drafts = drafts;
    this.#batchRows = Math.min(options.nBatch, target.maxRows);
    if (this.#batchRows < target.nSlots) {
      throw new ForetokenError(
        'invalid_option',
        `a batch of ${this.#batchRows} rows cannot serve ${target.nSlots} slots; raise nBatch to ${target.nSlots} or use fewer slots`,
      );
    }
  }

  /**
   * One iteration over `sequences`, each in a slot of its own and with at least one token not yet decoded; either all of
   * them are prompts to embed or none is. Resolves to one result per sequence, in order. When a model fails, the sequences
   * are as they were.
   *
   * Where the cells do not suffice, `giveUp` is asked to empty another slot, until it has none left (false). Throws
   * `cache_full` when there are too few even then.
   */
  async step(sequences: readonly Sequence[], giveUp: () => boolean = () => false): Promise<StepResult[]> {
    this.#check(sequences);
    const embedded = sequences.filter(isEmbedded);
    if (embedded.length > 0) {
      assert(embedded.length === sequences.length, 'embeddings share no batch with generations');
      const spans = embedded.map(({ slot, nPast, tokens }) => ({
        slot,
        start: nPast,
        end: Math.min(tokens.length, nPast + this.#batchRows),
      }));
      this.#makeRoom(spans, giveUp);
      return embedStep(this.#target, embedded, this.#batchRows);
    }
    const startedAt = this.#now();
    const { parts, outputs } = await this.#decode(sequences, giveUp);
    let next = 0;
    const results = parts.map(part => {
      const nOutputs = hasOutput(part) ? part.draft.length + 1 : 0;
      next += nOutputs;
      return this.#advance(part, outputs.slice(next - nOutputs, next));
    });
    assert(outputs.length === next, () => `${outputs.length} output rows, expected ${next}`);
    this.#drafts?.stepped?.(results, this.#now() - startedAt);
    return results;
  }

  /**
   * Context shift between two steps: drops positions [keep, keep + discard) of `sequence` and moves the later ones down,
   * in its tokens and in both caches.
   */
  shift(sequence: Sequence, keep: number, discard: number): void {
    const { slot, nPast, tokens } = sequence;
    assert(
      keep >= 0 && discard > 0 && keep + discard < nPast,
      () => `cannot drop positions [${keep}, ${keep + discard}) of ${nPast}`,
    );
    this.#target.shift(slot, keep, discard, nPast);
    this.#drafts?.shift(slot, keep, discard);
    tokens.splice(keep, discard);
    sequence.nPast -= discard;
  }

  /**
   * `to`, whose prompt is that of `from` and of which nothing is decoded, goes on from what `from` has in both caches: from
   * the last token of the prompt, whose logits choose its first own one.
   */
  fork(from: Sequence, to: Sequence): void {
    const nShared = to.tokens.length - 1;
    assert(nShared <= from.nPast, () => `${from.nPast} of ${nShared} positions to share`);
    this.#target.copyCache(from.slot, to.slot, nShared);
    this.#drafts?.copy(from.slot, to.slot, nShared);
    to.nPast = nShared;
  }

  /** Forgets what `slot`, which no running sequence has, holds behind its first `nTokens`. */
  truncate(slot: number, nTokens: number): void {
    this.#target.truncate(slot, nTokens);
  }

  #check(sequences: readonly Sequence[]): void {
    const slots = new Set(sequences.map(({ slot }) => slot));
    assert(slots.size === sequences.length, 'two sequences in one slot');
    for (const sequence of sequences) {
      const { tokens, nPast, slot } = sequence;
      const nPending = tokens.length - nPast;
      assert(
        this.#generating.has(sequence) ? nPending === 1 : nPending >= 1,
        () => `slot ${slot} has ${nPast} of ${tokens.length} tokens decoded`,
      );
      assert(
        tokens.length <= this.#target.nCtx,
        () => `slot ${slot} has ${tokens.length} tokens for ${this.#target.nCtx} positions`,
      );
    }
  }

  /** Drafts, shares the batch and decodes it, in one go where that can be. */
  async #decode(sequences: readonly Sequence[], giveUp: () => boolean): Promise<DecodedBatch> {
    const submitted = this.#ahead.take(sequences);
    if (submitted !== null) {
      return this.#read(
        sequences.map(sequence => ({ sequence, nTokens: 1, draft: [] })),
        submitted,
      );
    }
    const budgets = sequences.map(sequence => this.#draftBudget(sequence));
    const drafts = await this.#draft(sequences, this.#share(sequences, budgets).nDraftMax);
    // The rows that the drafts did not need after all go to the prompts.
    const { nTokens } = this.#share(
      sequences,
      drafts.drafts.map(draft => draft.length),
    );
    const plain = sequences.map((sequence, i) => ({ sequence, nTokens: nTokens[i], draft: [] }));
    // Whether an answer can go on must not depend on what was guessed.
    this.#makeRoom(plain.map(spanOf), giveUp);
    const withDrafts = <Token>(list: readonly (readonly Token[])[]) =>
      plain.map((part, i): BatchPart<Token> => ({ ...part, draft: list[i] ?? [] }));
    if (!this.#target.reserve(withDrafts<TokenId | DraftedToken>(drafts.drafts).map(spanOf)))
      return this.#forward(plain);
    if (drafts.kind === 'known') return this.#forward(withDrafts(drafts.drafts));
    const verified = await drafts.verify(
      withDrafts(drafts.drafts).flatMap(rowsOf<DraftedToken>),
      drafts.output,
    );
    const made = sequences.map((_, i) => verified.drafts[drafts.drafting.indexOf(i)] ?? []);
    return { parts: withDrafts(made), outputs: verified.outputs };
  }

  async #forward(parts: readonly BatchPart<TokenId>[]): Promise<DecodedBatch> {
    const rows = parts.flatMap(rowsOf<TokenId>);
    if (rows.length === 0) return { parts, outputs: [] };
    const kind = outputKind(parts.filter(hasOutput).map(({ sequence }) => sequence));
    const outputs = this.#target.forward(rows, kind);
    if (!this.#isGreedy(parts, kind)) return { parts, outputs: await outputs };
    const sequences = parts.map(({ sequence }) => sequence);
    return this.#read(parts, { sequences, at: [...parts.keys()], outputs });
  }

  /** Reads a greedy step, with the next one under way where nothing of it is left to decide. */
  async #read(parts: readonly BatchPart<TokenId>[], step: SubmittedStep): Promise<DecodedBatch> {
    return { parts, outputs: await this.#ahead.read(step, this.#goingOn(step.sequences)) };
  }

  /** Whether every sequence has one row, and goes on with the likeliest token behind it whatever that is. */
  #isGreedy(parts: readonly BatchPart[], kind: OutputKind): boolean {
    const isPlain = (part: BatchPart) => hasOutput(part) && part.draft.length === 0;
    return (
      kind === 'argmax' &&
      parts.every(part => isPlain(part) && this.#generating.has(part.sequence)) &&
      parts.every(({ sequence }) => !sequence.sampler.countAllowed)
    );
  }

  /** Those of a greedy step that a next one is likely to have; none where it may have drafts. */
  #goingOn(sequences: readonly Sequence[]): readonly Sequence[] {
    const goingOn = sequences.filter(
      ({ tokens, nRemain }) => nRemain > 1 && tokens.length + 1 < this.#target.nCtx,
    );
    const requests = goingOn
      .map(sequence => ({ sequence, nMax: this.#draftBudget(sequence, 1) }))
      .filter(({ nMax }) => nMax > 0);
    return requests.length === 0 || this.#drafts?.passes?.(requests) ? goingOn : [];
  }

  /** Takes the cells of `spans`, behind which the slots hold nothing of use. */
  #makeRoom(spans: readonly CacheSpan[], giveUp: () => boolean): void {
    for (const { slot, start } of spans) this.#target.truncate(slot, start);
    while (!this.#target.reserve(spans)) {
      if (!giveUp()) throw new ForetokenError('cache_full', 'Context size has been exceeded.');
    }
  }

  #share(sequences: readonly Sequence[], nDraftMax: readonly number[]): BatchShare {
    const demands = sequences.map((sequence, i) => ({
      nPending: sequence.tokens.length - sequence.nPast,
      nDraftMax: nDraftMax[i],
      isPrompt: !this.#generating.has(sequence),
    }));
    // Every sequence may have an output row besides those of its draft.
    return shareBatch(demands, this.#batchRows, this.#target.maxOutputs - sequences.length);
  }

  /**
   * How many tokens may be drafted: what is verified must fit the slot, and what can come of it (one token more) neither
   * the context nor `nRemain`, so that nothing is sampled that plain decoding would not have sampled. `nAhead` more tokens
   * will be there before it is drafted.
   */
  #draftBudget(sequence: Sequence, nAhead = 0): number {
    if (this.#drafts === null || !this.#generating.has(sequence)) return 0;
    if (sequence.speculative.nMax === 0) return 0;
    const { tokens, nRemain } = sequence;
    const longest = this.#drafts.longest(sequence);
    const room = Math.min(this.#target.nCtx - tokens.length, nRemain) - 1 - nAhead;
    return Math.max(0, Math.min(longest, room));
  }

  async #draft(sequences: readonly Sequence[], nDraftMax: readonly number[]): Promise<Drafts> {
    const none: TokenId[][] = sequences.map(() => []);
    if (this.#drafts === null) return { kind: 'known', drafts: none };
    const followed = sequences.filter(
      sequence => !this.#generating.has(sequence) && sequence.speculative.nMax > 0,
    );
    await this.#drafts.follow(followed);

    const drafting = [...sequences.keys()].filter(i => nDraftMax[i] > 0);
    if (drafting.length === 0) return { kind: 'known', drafts: none };
    const requests = drafting.map(i => ({ sequence: sequences[i], nMax: nDraftMax[i] }));
    const output = outputKind(sequences);
    // A grammar, or a limit of thoughts, has a say in what is worth verifying.
    if (output !== 'logits' && requests.every(({ sequence }) => !sequence.sampler.countAllowed)) {
      const planned = this.#drafts.plan?.(requests) ?? null;
      if (planned !== null) {
        const drafts = sequences.map((_, i) => planned.drafts[drafting.indexOf(i)] ?? []);
        return { kind: 'planned', drafts, verify: planned.verify, drafting, output };
      }
    }
    const proposed = await this.#drafts.draft(requests);
    const drafts = sequences.map((sequence, i) => {
      const draft = proposed[drafting.indexOf(i)] ?? [];
      return this.#possibleTokens(sequence, draft.slice(0, nDraftMax[i]));
    });
    return { kind: 'known', drafts };
  }

  /** A draft ends before a token that cannot be sampled: the target's vocabulary lacks it, or the grammar forbids it. */
  #possibleTokens({ sampler, synthetic }: Sequence, draft: readonly TokenId[]): readonly TokenId[] {
    const known = this.#knownTokens(draft);
    if (synthetic || !sampler.countAllowed) return known;
    return known.slice(0, sampler.countAllowed(known));
  }

  #knownTokens(draft: readonly TokenId[]): readonly TokenId[] {
    const unknown = draft.findIndex(token => token >= this.#target.nVocab);
    return unknown < 0 ? draft : draft.slice(0, unknown);
  }

  #advance(part: BatchPart<TokenId>, outputs: readonly Candidates[]): StepResult {
    const { sequence, nTokens } = part;
    const draft = this.#knownTokens(part.draft);
    const isPrompt = !this.#generating.has(sequence);
    const sampled =
      outputs.length > 0 ? verifyDraft(sequence, draft, outputs.slice(0, draft.length + 1)) : [];
    const nAccepted = sampled.filter(({ drafted }) => drafted).length;
    // Rejected draft tokens stay in the cache behind nPast, to be overwritten.
    sequence.nPast += nTokens + nAccepted;
    for (const { token } of sampled) sequence.tokens.push(token);
    if (sampled.length > 0) this.#generating.add(sequence);
    return { sequence, nPrompt: isPrompt ? nTokens : 0, sampled, nDrafted: draft.length, nAccepted };
  }
}

/** The positions that a part writes. */
function spanOf({ sequence: { slot, nPast }, nTokens, draft }: BatchPart): CacheSpan {
  return { slot, start: nPast, end: nPast + nTokens + draft.length };
}

/** Whether the part ends with the last token of its sequence, whose logits are wanted. */
function hasOutput({ sequence, nTokens }: BatchPart): boolean {
  return nTokens > 0 && sequence.nPast + nTokens === sequence.tokens.length;
}

function rowsOf<Token extends TokenId | DraftedToken>(
  part: BatchPart<Token>,
): (Omit<BatchRow, 'token'> & { readonly token: TokenId | Token })[] {
  const { slot, nPast, tokens } = part.sequence;
  const first = nPast + part.nTokens - 1;
  const fed = [...tokens.slice(nPast, nPast + part.nTokens), ...part.draft];
  return fed.map((token, i) => {
    const position = nPast + i;
    return { token, position, slot, output: hasOutput(part) && position >= first };
  });
}

/** The widest output that one of the sequences needs. */
function outputKind(sequences: readonly Sequence[]): OutputKind {
  return sequences
    .map(({ sampler, probs }) => (probs && !probs.postSampling ? 'logits' : sampler.needs))
    .reduce(widerOutput, 'argmax');
}
