import type { DraftedToken, FusedOutput } from '../forward/drafting.ts';
import type { BatchRow, Candidates, OutputKind, TokenId } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { CacheSpan } from '../forward/sequenceCache.ts';
import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { type AheadPolicy, ONE_STEP_AHEAD } from './aheadPolicy.ts';
import { type BatchShare, shareBatch } from './batchShare.ts';
import type { DraftSource, FollowingRound, PlannedDrafts } from './draftSource.ts';
import { embedStep, isEmbedded } from './embedStep.ts';
import { likeliest } from './likeliest.ts';
import { type GreedyRound, RoundAhead } from './roundAhead.ts';
import { type Sequence, type StepResult, widerOutput } from './sequence.ts';
import { verifyDraft } from './speculate.ts';
import { type Continuation, StepAhead, type SubmittedStep } from './stepAhead.ts';

/** Share of one sequence in the batch of a step: tokens from `nPast` on, then a draft after the pending token. */
interface BatchPart<Token = TokenId | DraftedToken> {
  readonly sequence: Sequence;
  readonly nTokens: number;
  readonly draft: readonly Token[];
}

/** Drafts of a step, one per sequence: already known, or made and verified in one submit. */
type Drafts =
  | { readonly kind: 'known'; readonly drafts: readonly (readonly TokenId[])[] }
  | {
      readonly kind: 'planned';
      readonly drafts: readonly (readonly DraftedToken[])[];
      /** `PlannedDrafts.submit`; `drafting` holds the index of the sequence of each of its drafts. */
      readonly submit: PlannedDrafts['submit'];
      readonly drafting: readonly number[];
      readonly output: FusedOutput;
    };

/** Decoded batch: the parts with their draft tokens, and all output rows. */
interface DecodedBatch {
  readonly parts: readonly BatchPart<TokenId>[];
  readonly outputs: readonly Candidates[];
  /** Kind of the outputs, where every sequence has one and continues with it. */
  readonly plain?: OutputKind;
  /** Milliseconds from the submission to the outputs, where the step was behind no other. */
  readonly readMs?: number;
}

/**
 * Continuous batching. Every step decodes one batch of the target: the pending token of each generating sequence with its draft,
 * and as much of the unfinished prompts as fits. Neither other sequences in the batch nor drafts change what a sequence samples.
 */
export class Decoder {
  readonly #target: ForwardPass;
  readonly #drafts: DraftSource | null;
  readonly #batchRows: number;
  readonly #ahead: StepAhead;
  readonly #rounds = new RoundAhead();
  readonly #policy: AheadPolicy;
  /** Clock in milliseconds. */
  readonly #now: () => number;
  /** Sequences whose prompt is decoded. */
  readonly #generating = new WeakSet<Sequence>();

  /** Throws `invalid_option` when a batch has fewer rows than there are slots. `ahead` changes no token. */
  constructor(
    target: ForwardPass,
    drafts: DraftSource | null,
    options: { readonly nBatch: number; readonly now?: () => number; readonly ahead?: AheadPolicy },
  ) {
    this.#now = options.now ?? (() => performance.now());
    this.#target = target;
    this.#ahead = new StepAhead(target);
    this.#policy = options.ahead ?? ONE_STEP_AHEAD;
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
   * Runs one iteration over `sequences`. Each has its own slot and at least one undecoded token; either all are prompts to embed
   * or none is. Resolves to one result per sequence, in order. When a model fails, the sequences stay unchanged.
   *
   * When cells run out, `giveUp` is asked to empty another slot; it returns false once no slot is left. Throws `cache_full` when
   * the cells do not suffice even then.
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
    const { parts, outputs, plain, readMs } = await this.#decode(sequences, giveUp);
    const readAt = this.#now();
    let next = 0;
    const results = parts.map(part => {
      const nOutputs = hasOutput(part) ? part.draft.length + 1 : 0;
      next += nOutputs;
      return this.#advance(part, outputs.slice(next - nOutputs, next));
    });
    assert(outputs.length === next, () => `${outputs.length} output rows, expected ${next}`);
    if (readMs !== undefined) this.#policy.stepped?.(readMs, this.#now() - readAt);
    for (const [i, { sequence, sampled }] of results.entries()) {
      if (plain === undefined || isCertain([sequence], plain)) continue;
      this.#policy.chose?.(sequence, sampled[0].token === likeliest(outputs[i], plain));
    }
    this.#drafts?.stepped?.(results, this.#now() - startedAt);
    return results;
  }

  /**
   * Context shift between two steps: drops positions [keep, keep + discard) of `sequence` and moves the later ones down, in the
   * tokens and in both caches.
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
   * Lets `to` share the cache of `from` in both models. `to` must have the same prompt and nothing decoded. It starts with the
   * last prompt token, whose logits choose its first token.
   */
  fork(from: Sequence, to: Sequence): void {
    const nShared = to.tokens.length - 1;
    assert(nShared <= from.nPast, () => `${from.nPast} of ${nShared} positions to share`);
    this.#target.copyCache(from.slot, to.slot, nShared);
    this.#drafts?.copy(from.slot, to.slot, nShared);
    to.nPast = nShared;
  }

  /** Drops the cache of `slot` after its first `nTokens` positions. No running sequence may own the slot. */
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

  /** Drafts, divides the batch and decodes it, in one submit where possible. */
  async #decode(sequences: readonly Sequence[], giveUp: () => boolean): Promise<DecodedBatch> {
    const step = this.#ahead.take(sequences, outputKind(sequences));
    if (step !== null) {
      return this.#read(
        sequences.map(sequence => ({ sequence, nTokens: 1, draft: [] })),
        step,
      );
    }
    const round = this.#rounds.take(sequences);
    if (round !== null) return this.#readRound(round);
    const budgets = sequences.map(sequence => this.#draftBudget(sequence));
    const drafts = await this.#draft(sequences, this.#share(sequences, budgets).nDraftMax);
    // Rows that the drafts did not need go to the prompts.
    const { nTokens } = this.#share(
      sequences,
      drafts.drafts.map(draft => draft.length),
    );
    const plain = sequences.map((sequence, i) => ({ sequence, nTokens: nTokens[i], draft: [] }));
    // Reserve room without the drafts first: a guess must not decide whether an answer can continue.
    this.#makeRoom(plain.map(spanOf), giveUp);
    const withDrafts = <Token>(list: readonly (readonly Token[])[]) =>
      plain.map((part, i): BatchPart<Token> => ({ ...part, draft: list[i] ?? [] }));
    if (!this.#target.reserve(withDrafts<TokenId | DraftedToken>(drafts.drafts).map(spanOf)))
      return this.#forward(plain);
    if (drafts.kind === 'known') return this.#forward(withDrafts(drafts.drafts));
    const submitted = drafts.submit(withDrafts(drafts.drafts).flatMap(rowsOf<DraftedToken>), drafts.output);
    const nDraft = drafts.drafts[0].length;
    const isEven = nDraft > 0 && drafts.drafts.every(({ length }) => length === nDraft);
    if (drafts.output === 'argmax' && isEven) {
      return this.#readRound({ submittedFor: sequences, sequences, nDraft, round: submitted });
    }
    const verified = await submitted.read();
    const made = sequences.map((_, i) => verified.drafts[drafts.drafting.indexOf(i)] ?? []);
    return { parts: withDrafts(made), outputs: verified.outputs };
  }

  /** Reads a round in which every sequence has a draft of the same length, and first submits the next round if possible. */
  async #readRound(round: GreedyRound): Promise<DecodedBatch> {
    const { drafts, outputs } = await this.#rounds.read(round, () => this.#followingRound(round));
    const parts = round.sequences.map((sequence, i) => ({ sequence, nTokens: 1, draft: drafts[i] }));
    return { parts, outputs };
  }

  /** Plans the round behind `round`, which may accept any part of its drafts; null if a sequence may end, or cells run out. */
  #followingRound({ sequences, nDraft, round }: GreedyRound): FollowingRound | null {
    if (!this.#policy.followsRounds() || sequences.some(({ synthetic }) => synthetic)) return null;
    const budgets = sequences.map(sequence => this.#draftBudget(sequence, nDraft + 1));
    const { nDraftMax } = this.#share(sequences, budgets);
    const requests = sequences.map((sequence, i) => ({ sequence, nMax: nDraftMax[i] }));
    if (requests.some(({ nMax }) => nMax === 0)) return null;
    const following = round.following?.(requests) ?? null;
    if (following === null) return null;
    const nMore = nDraft + 1 + following.nDraft + 1;
    const spans = sequences.map(({ slot, nPast }) => ({ slot, start: nPast, end: nPast + nMore }));
    return this.#target.reserve(spans) ? following : null;
  }

  async #forward(parts: readonly BatchPart<TokenId>[]): Promise<DecodedBatch> {
    const rows = parts.flatMap(rowsOf<TokenId>);
    if (rows.length === 0) return { parts, outputs: [] };
    const kind = outputKind(parts.filter(hasOutput).map(({ sequence }) => sequence));
    const submittedAt = this.#now();
    const outputs = this.#target.forward(rows, kind);
    const isPlain = (part: BatchPart) =>
      hasOutput(part) && part.draft.length === 0 && this.#generating.has(part.sequence);
    if (!parts.every(isPlain)) return { parts, outputs: await outputs };
    const ofSequences = parts.map(({ sequence }, output) => ({ sequence, position: sequence.nPast, output }));
    const batch = await this.#read(parts, { rows: ofSequences, kind, outputs });
    return { ...batch, readMs: this.#now() - submittedAt };
  }

  /** Reads a step with one row per sequence, and first submits the next ones. */
  async #read(parts: readonly BatchPart<TokenId>[], step: SubmittedStep): Promise<DecodedBatch> {
    const sequences = parts.map(({ sequence }) => sequence);
    const outputs = await this.#ahead.read(step, n => this.#continuation(sequences, n));
    return { parts, outputs, plain: step.kind };
  }

  /**
   * The n-th step behind one of `sequences`: of those that will probably continue. Null if it is not worth submitting, or may have
   * drafts.
   */
  #continuation(sequences: readonly Sequence[], n: number): Continuation | null {
    const goingOn = sequences.filter(
      ({ tokens, nRemain }) => nRemain > n && tokens.length + n < this.#target.nCtx,
    );
    if (goingOn.length === 0) return null;
    const kind = outputKind(goingOn);
    const isWorthwhile = isCertain(goingOn, kind)
      ? n <= this.#policy.depth()
      : n === 1 && this.#policy.guesses(goingOn);
    if (!isWorthwhile) return null;
    const requests = goingOn
      .map(sequence => ({ sequence, nMax: this.#draftBudget(sequence, n) }))
      .filter(({ nMax }) => nMax > 0);
    if (requests.length > 0 && !this.#drafts?.passes?.(requests, n)) return null;
    return { sequences: goingOn, kind };
  }

  /** Reserves the cells of `spans` after dropping everything that the slots hold from `start` on. */
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
    // Keep one output row per sequence in addition to those of the drafts.
    return shareBatch(demands, this.#batchRows, this.#target.maxOutputs - sequences.length);
  }

  /**
   * Longest permitted draft. The verified tokens must fit the slot; with the bonus token they must exceed neither the context nor
   * `nRemain`, so that a draft never leads to tokens that plain decoding would not have sampled. `nAhead` tokens are added to the
   * sequence before it is drafted for.
   */
  #draftBudget(sequence: Sequence, nAhead = 0): number {
    if (this.#drafts === null || !this.#generating.has(sequence)) return 0;
    if (sequence.speculative.nMax === 0) return 0;
    const { tokens, nRemain } = sequence;
    const longest = this.#drafts.longest(sequence);
    const room = Math.min(this.#target.nCtx - tokens.length, nRemain) - 1 - nAhead;
    // A draft must be able to come back, and the token before it.
    return Math.max(0, Math.min(longest, room, this.#target.maxRollback - 1));
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
    // A grammar or a thinking limit may cut the draft, so its tokens must be known before verification.
    if (output !== 'logits' && requests.every(({ sequence }) => !sequence.sampler.countAllowed)) {
      const planned = this.#drafts.plan?.(requests) ?? null;
      if (planned !== null) {
        const drafts = sequences.map((_, i) => planned.drafts[drafting.indexOf(i)] ?? []);
        return { kind: 'planned', drafts, submit: planned.submit, drafting, output };
      }
    }
    const proposed = await this.#drafts.draft(requests);
    const drafts = sequences.map((sequence, i) => {
      const draft = proposed[drafting.indexOf(i)] ?? [];
      return this.#possibleTokens(sequence, draft.slice(0, nDraftMax[i]));
    });
    return { kind: 'known', drafts };
  }

  /**
   * Cuts a draft before the first token that cannot be sampled: one outside the target's vocabulary, or one that the grammar
   * forbids.
   */
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
    // Rejected draft tokens stay in the cache after nPast until they are overwritten.
    sequence.nPast += nTokens + nAccepted;
    for (const { token } of sampled) sequence.tokens.push(token);
    if (sampled.length > 0) this.#generating.add(sequence);
    const drafter = draft.length > 0 && this.#drafts !== null ? this.#drafts.drafterOf(sequence) : null;
    return { sequence, nPrompt: isPrompt ? nTokens : 0, sampled, draft, drafter, nAccepted };
  }
}

/** Positions that a part writes. */
function spanOf({ sequence: { slot, nPast }, nTokens, draft }: BatchPart): CacheSpan {
  return { slot, start: nPast, end: nPast + nTokens + draft.length };
}

/** Whether the part includes the last token of its sequence, so that its logits are needed. */
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

/** Whether the sequences continue with the likeliest tokens of `kind`, with no grammar or thinking limit to ask. */
function isCertain(sequences: readonly Sequence[], kind: OutputKind): boolean {
  return kind === 'argmax' && sequences.every(({ sampler }) => !sampler.countAllowed);
}

/** Widest output kind that any of the sequences needs. */
function outputKind(sequences: readonly Sequence[]): OutputKind {
  return sequences
    .map(({ sampler, probs }) => (probs && !probs.postSampling ? 'logits' : sampler.needs))
    .reduce(widerOutput, 'argmax');
}
