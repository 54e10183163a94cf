import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { type BatchShare, shareBatch } from './batchShare.ts';
import type { DraftSource } from './draftSource.ts';
import { embedStep, isEmbedded } from './embedStep.ts';
import type { BatchRow, CacheSpan, Candidates, ForwardPass, OutputKind, TokenId } from './forwardPass.ts';
import { type Sequence, type StepResult, widerOutput } from './sequence.ts';
import { verifyDraft } from './speculate.ts';

/** What one sequence has in the batch of a step: tokens from its `nPast` on, then a draft behind the pending one. */
interface BatchPart {
  readonly sequence: Sequence;
  readonly nTokens: number;
  readonly draft: readonly TokenId[];
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
  /** Sequences whose prompt is done. */
  readonly #generating = new WeakSet<Sequence>();

  /** Throws `invalid_option` when a batch has fewer rows than there are slots. */
  constructor(target: ForwardPass, drafts: DraftSource | null, options: { readonly nBatch: number }) {
    this.#target = target;
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
    const parts = await this.#plan(sequences, giveUp);
    const rows = parts.flatMap(rowsOf);
    const outputs = rows.length > 0 ? await this.#target.forward(rows, outputKind(parts)) : [];
    let next = 0;
    const results = parts.map(part => {
      const nOutputs = hasOutput(part) ? part.draft.length + 1 : 0;
      next += nOutputs;
      return this.#advance(part, outputs.slice(next - nOutputs, next));
    });
    assert(outputs.length === next, () => `${outputs.length} output rows, expected ${next}`);
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

  async #plan(sequences: readonly Sequence[], giveUp: () => boolean): Promise<BatchPart[]> {
    const budgets = sequences.map(sequence => this.#draftBudget(sequence));
    const drafts = await this.#draft(sequences, this.#share(sequences, budgets).nDraftMax);
    // The rows that the drafts did not need after all go to the prompts.
    const { nTokens } = this.#share(
      sequences,
      drafts.map(draft => draft.length),
    );
    const parts = sequences.map((sequence, i) => ({ sequence, nTokens: nTokens[i], draft: drafts[i] }));
    // Whether an answer can go on must not depend on what was guessed.
    const plain = parts.map(part => ({ ...part, draft: [] }));
    this.#makeRoom(plain.map(spanOf), giveUp);
    return this.#target.reserve(parts.map(spanOf)) ? parts : plain;
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
    return shareBatch(demands, this.#batchRows);
  }

  /**
   * How many tokens may be drafted: what is verified must fit the slot, and what can come of it (one token more) neither
   * the context nor `nRemain`, so that nothing is sampled that plain decoding would not have sampled.
   */
  #draftBudget(sequence: Sequence): number {
    if (this.#drafts === null || !this.#generating.has(sequence)) return 0;
    if (sequence.speculative.nMax === 0) return 0;
    const { tokens, nRemain } = sequence;
    const longest = this.#drafts.longest(sequence);
    return Math.max(0, Math.min(longest, this.#target.nCtx - tokens.length - 1, nRemain - 1));
  }

  async #draft(sequences: readonly Sequence[], nDraftMax: readonly number[]): Promise<TokenId[][]> {
    const drafts: TokenId[][] = sequences.map(() => []);
    if (this.#drafts === null) return drafts;
    const followed = sequences.filter(
      sequence => !this.#generating.has(sequence) && sequence.speculative.nMax > 0,
    );
    await this.#drafts.follow(followed);

    const drafting = [...sequences.keys()].filter(i => nDraftMax[i] > 0);
    if (drafting.length === 0) return drafts;
    const proposed = await this.#drafts.draft(
      drafting.map(i => ({ sequence: sequences[i], nMax: nDraftMax[i] })),
    );
    for (const [k, i] of drafting.entries()) {
      drafts[i] = this.#possibleTokens(sequences[i], proposed[k].slice(0, nDraftMax[i]));
    }
    return drafts;
  }

  /** A draft ends before a token that cannot be sampled: the target's vocabulary lacks it, or the grammar forbids it. */
  #possibleTokens({ sampler, synthetic }: Sequence, draft: TokenId[]): TokenId[] {
    const unknown = draft.findIndex(token => token >= this.#target.nVocab);
    const known = unknown < 0 ? draft : draft.slice(0, unknown);
    if (synthetic || !sampler.countAllowed) return known;
    return known.slice(0, sampler.countAllowed(known));
  }

  #advance(part: BatchPart, outputs: readonly Candidates[]): StepResult {
    const { sequence, nTokens, draft } = part;
    const isPrompt = !this.#generating.has(sequence);
    const sampled = outputs.length > 0 ? verifyDraft(sequence, draft, outputs) : [];
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

function rowsOf(part: BatchPart): BatchRow[] {
  const { slot, nPast, tokens } = part.sequence;
  const first = nPast + part.nTokens - 1;
  const fed = [...tokens.slice(nPast, nPast + part.nTokens), ...part.draft];
  return fed.map((token, i) => {
    const position = nPast + i;
    return { token, position, slot, output: hasOutput(part) && position >= first };
  });
}

/** The widest output that one of the sequences with an output row needs. */
function outputKind(parts: readonly BatchPart[]): OutputKind {
  return parts
    .filter(hasOutput)
    .map(({ sequence: { sampler, probs } }) => (probs && !probs.postSampling ? 'logits' : sampler.needs))
    .reduce(widerOutput, 'argmax');
}
