import type { DraftToken, FusedPair } from '../forward/drafting.ts';
import type { BatchRow, TokenId } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { CacheSpan } from '../forward/sequenceCache.ts';
import { assert } from '../util/assert.ts';
import type { DraftRequest, DraftSource, PlannedDrafts } from './draftSource.ts';
import type { Sequence } from './sequence.ts';

/**
 * A smaller model with the same vocabulary as draft source: its greedy continuation. It remembers which tokens each slot of
 * its cache was made from; what a sequence shares with them is kept and the rest is decoded again. Where its pool is too
 * small for all slots, those that have not drafted for longest give up theirs.
 */
export class DraftModel implements DraftSource {
  readonly #model: ForwardPass;
  readonly #fused: FusedPair | null;
  /** Tokens behind the K and V of each slot, by position. */
  readonly #cached: TokenId[][];
  /** Slots that hold anything, the longest unused first. */
  #recent: readonly number[] = [];

  /** `fused`: what the model can do together with the target. */
  constructor(model: ForwardPass, fused: FusedPair | null = null) {
    this.#model = model;
    this.#fused = fused;
    this.#cached = Array.from({ length: model.nSlots }, () => []);
  }

  longest({ speculative: { nMin, nMax } }: Sequence): number {
    return nMax >= nMin ? nMax : 0;
  }

  async draft(requests: readonly DraftRequest[]): Promise<TokenId[][]> {
    const drafts = new Map<DraftRequest, TokenId[]>();
    for (const group of this.#groups(requests)) {
      const rows = group.map(({ sequence }) => this.#missingRows(sequence));
      if (!this.#makeRoom(rows, this.#lengthOf(group[0]) - 1)) continue;
      await this.#catchUp(group);
      const drafted = await this.#draftGroup(group);
      for (const [i, request] of group.entries()) drafts.set(request, drafted[i]);
    }
    return requests.map(request => drafts.get(request) ?? []);
  }

  plan(requests: readonly DraftRequest[]): PlannedDrafts | null {
    const fused = this.#fused;
    // Tokens below a probability are cut off before they are verified.
    if (fused === null || requests.some(({ sequence }) => sequence.speculative.pMin > 0)) return null;
    const [group, ...others] = this.#groups(requests);
    if (group?.length !== requests.length || others.length > 0) return null;
    const rows = group.map(({ sequence }) => this.#missingRows(sequence));
    const length = this.#lengthOf(group[0]);
    if (rows.flat().length > this.#model.maxRows || !this.#makeRoom(rows, length - 1)) return null;
    return {
      drafts: group.map((_, output) => Array.from({ length }, (_, step) => ({ output, step }))),
      verify: async (verified, kind) => {
        const result = await fused.draftAndVerify(rows.flat(), length, verified, kind);
        this.#remember(rows.flat());
        for (const [i, { sequence }] of group.entries()) this.#rememberDraft(sequence, result.drafts[i]);
        return result;
      },
    };
  }

  async follow(sequences: readonly Sequence[]): Promise<void> {
    for (const sequence of sequences) {
      const missing = this.#missingRows(sequence, sequence.nPast);
      const end = missing.findIndex(row => !this.#canDecode(row));
      const rows = end < 0 ? missing : missing.slice(0, end);
      if (rows.length > 0 && this.#makeRoom([rows], 0)) await this.#decode(rows);
    }
  }

  shift(slot: number, keep: number, discard: number): void {
    const cached = this.#cached[slot];
    const end = cached.length;
    if (this.#model.canShift && end > keep + discard && this.#take([{ slot, start: keep, end }])) {
      this.#model.shift(slot, keep, discard, end);
      cached.splice(keep, discard);
    } else {
      cached.splice(keep);
    }
  }

  copy(from: number, to: number, nTokens: number): void {
    const shared = this.#cached[from].slice(0, nTokens);
    this.#model.copyCache(from, to, shared.length);
    this.#cached[to] = shared;
    this.#use(to);
  }

  /** Requests that can share one call of the model: drafts of one length, and a row for each slot. */
  #groups(requests: readonly DraftRequest[]): DraftRequest[][] {
    const groups: DraftRequest[][] = [];
    for (const request of requests) {
      if (!this.#canDraft(request)) continue;
      const group = groups.find(
        members =>
          this.#lengthOf(members[0]) === this.#lengthOf(request) && members.length < this.#model.maxRows,
      );
      if (group) group.push(request);
      else groups.push([request]);
    }
    return groups;
  }

  #canDraft(request: DraftRequest): boolean {
    const { sequence } = request;
    const length = this.#lengthOf(request);
    // A draft that cannot become as long as it has to be is not begun.
    if (length < Math.max(1, sequence.speculative.nMin)) return false;
    const fits = sequence.tokens.length - 1 + length <= this.#model.nCtx;
    return fits && this.#missingRows(sequence).every(row => this.#canDecode(row));
  }

  /** Tokens to draft: as many as there is room for and the sequence asks of a draft model. */
  #lengthOf({ sequence, nMax }: DraftRequest): number {
    const { maxOutputs, nSlots } = this.#model;
    return Math.min(nMax, sequence.speculative.nMax, Math.floor(maxOutputs / nSlots));
  }

  /** The two vocabularies may differ in their last few tokens, and the two contexts in length. */
  #canDecode({ token, position }: BatchRow): boolean {
    return token < this.#model.nVocab && position < this.#model.nCtx;
  }

  /** Takes the cells of rows that are to be decoded, one slot to a list, and of `nMore` behind each list, or is false. */
  #makeRoom(rows: readonly (readonly BatchRow[])[], nMore: number): boolean {
    this.#forgetFrom(rows.flat());
    return this.#take(
      rows.map(([{ slot, position }, ...rest]) => ({
        slot,
        start: position,
        end: position + 1 + rest.length + nMore,
      })),
    );
  }

  /** Takes the cells of `spans`, from other slots if need be. False when all of them do not suffice. */
  #take(spans: readonly CacheSpan[]): boolean {
    for (const { slot } of spans) this.#use(slot);
    const others = this.#recent.filter(slot => spans.every(span => span.slot !== slot));
    while (!this.#model.reserve(spans)) {
      const oldest = others.shift();
      if (oldest === undefined) return false;
      this.#cached[oldest] = [];
      this.#model.truncate(oldest, 0);
      this.#recent = this.#recent.filter(slot => slot !== oldest);
    }
    return true;
  }

  #use(slot: number): void {
    this.#recent = [...this.#recent.filter(other => other !== slot), slot];
  }

  /** Brings the cache up to the last token of each sequence, where that does not fit into the batch of the draft. */
  async #catchUp(group: readonly DraftRequest[]): Promise<void> {
    const missing = group.map(({ sequence }) => this.#missingRows(sequence));
    if (missing.flat().length <= this.#model.maxRows) return;
    for (const rows of missing) await this.#decode(rows.slice(0, -1));
  }

  async #draftGroup(group: readonly DraftRequest[]): Promise<TokenId[][]> {
    const rows = group.flatMap(({ sequence }) => this.#missingRows(sequence));
    const withProbabilities = group.some(({ sequence }) => sequence.speculative.pMin > 0);
    const drafts = await this.#model.draft(rows, this.#lengthOf(group[0]), withProbabilities);
    assert(drafts.length === group.length, () => `${drafts.length} drafts for ${group.length} slots`);
    this.#remember(rows);
    return group.map(({ sequence }, i) => {
      const { speculative } = sequence;
      this.#rememberDraft(
        sequence,
        drafts[i].map(({ token }) => token),
      );
      const draft = likelyTokens(drafts[i], speculative.pMin);
      return draft.length >= speculative.nMin ? draft : [];
    });
  }

  /**
   * Rows of a sequence before `end` that the cache does not hold. The last token is always missing: a draft starts from
   * its logits.
   */
  #missingRows({ slot, tokens }: Sequence, end = tokens.length): BatchRow[] {
    const cached = this.#cached[slot];
    const last = tokens.length - 1;
    let start = 0;
    while (start < Math.min(cached.length, last) && cached[start] === tokens[start]) start++;
    const positions = Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
    return positions.map(position => ({
      token: tokens[position],
      position,
      slot,
      output: position === last,
    }));
  }

  /** Decodes rows of one slot, none of which has an output, a batch at a time. */
  async #decode(rows: readonly BatchRow[]): Promise<void> {
    const { maxRows } = this.#model;
    for (let at = 0; at < rows.length; at += maxRows) {
      const batch = rows.slice(at, at + maxRows);
      this.#forgetFrom(batch);
      await this.#model.forward(batch, 'argmax');
      this.#remember(batch);
    }
  }

  /** The cells of `rows` are about to be overwritten; should that fail, nobody knows what they hold. */
  #forgetFrom(rows: readonly BatchRow[]): void {
    for (const { slot, position } of rows) {
      this.#cached[slot].length = Math.min(this.#cached[slot].length, position);
      this.#model.truncate(slot, position);
    }
  }

  #rememberDraft({ slot }: Sequence, draft: readonly TokenId[]): void {
    // The last drafted token was not fed back: its K and V do not exist.
    this.#cached[slot].push(...draft.slice(0, -1));
  }

  #remember(rows: readonly BatchRow[]): void {
    for (const { slot, token } of rows) this.#cached[slot].push(token);
  }
}

function likelyTokens(draft: readonly DraftToken[], pMin: number): TokenId[] {
  const end = draft.findIndex(({ p }) => p < pMin);
  return (end < 0 ? draft : draft.slice(0, end)).map(({ token }) => token);
}
