import type {
  DraftKind,
  DraftToken,
  FusedPair,
  ModelDraftKind,
  VerifiedDrafts,
} from '../forward/drafting.ts';
import type { BatchRow, TokenId } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { CacheSpan } from '../forward/sequenceCache.ts';
import { assert } from '../util/assert.ts';
import { readsStates } from '../util/draftKinds.ts';
import type { DraftRequest, DraftSource, PlannedDrafts, SubmittedRound } from './draftSource.ts';
import type { Sequence } from './sequence.ts';
import { acceptedByArgmax } from './speculate.ts';

/**
 * Draft source: greedy continuation by a smaller model with the same vocabulary, or by an MTP head or EAGLE-3 draft of the target. It
 * remembers the tokens in each slot of its cache, keeps the prefix that a sequence shares with them and decodes the rest again. When
 * its pool is too small for all slots, the least recently used slots lose their cells.
 */
export class DraftModel implements DraftSource {
  readonly #model: ForwardPass;
  readonly #kind: ModelDraftKind;
  readonly #fused: FusedPair | null;
  /** Tokens whose K and V each slot holds, by position. */
  readonly #cached: TokenId[][];
  /** Non-empty slots, least recently used first. */
  #recent: readonly number[] = [];

  /** `fused`: drafting and verifying in one submit, where both models share a device. */
  constructor(model: ForwardPass, fused: FusedPair | null = null, kind: ModelDraftKind = 'draft-simple') {
    this.#model = model;
    this.#fused = fused;
    this.#kind = kind;
    this.#cached = Array.from({ length: model.nSlots }, () => []);
  }

  longest({ speculative: { nMin, nMax } }: Sequence): number {
    return nMax >= nMin ? nMax : 0;
  }

  drafterOf(): DraftKind {
    return this.#kind;
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
    // `pMin` cuts a draft before it is verified, so the tokens must be known.
    if (fused === null || requests.some(({ sequence }) => sequence.speculative.pMin > 0)) return null;
    const [group, ...others] = this.#groups(requests);
    if (group?.length !== requests.length || others.length > 0) return null;
    const rows = group.map(({ sequence }) => this.#missingRows(sequence));
    const length = this.#lengthOf(group[0]);
    if (rows.flat().length > this.#model.maxRows || !this.#makeRoom(rows, length - 1)) return null;
    return {
      drafts: group.map((_, output) => Array.from({ length }, (_, step) => ({ output, step }))),
      submit: (verified, kind) =>
        this.#submitted(fused, group, length, fused.draftAndVerify(rows.flat(), length, verified, kind)),
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
    const cached = this.#cached[from];
    const shared = cached.slice(0, this.#model.reusable(from, Math.min(nTokens, cached.length)));
    this.#model.copyCache(from, to, shared.length);
    this.#cached[to] = shared;
    this.#use(to);
  }

  /** Round of drafts of `nDraft` tokens for `group`, which was submitted. */
  #submitted(
    fused: FusedPair,
    group: readonly DraftRequest[],
    nDraft: number,
    result: Promise<VerifiedDrafts>,
  ): SubmittedRound {
    const sequences = group.map(({ sequence }) => sequence);
    let isFollowed = false;
    // A failure of a discarded round must not become an unhandled rejection.
    result.catch(() => {});
    return {
      read: async () => {
        const verified = await result;
        for (const [i, sequence] of sequences.entries()) {
          const draft = verified.drafts[i];
          this.#rememberRound(sequence, draft);
          // The next round has begun with the last accepted token, and overwritten what was behind it.
          if (!isFollowed) continue;
          const outputs = verified.outputs.slice(i * (nDraft + 1), (i + 1) * (nDraft + 1));
          this.#cut(sequence, sequence.tokens.length - 1 + acceptedByArgmax(draft, outputs));
        }
        return verified;
      },
      following: requests => {
        const length = this.#followingLength(requests, nDraft);
        if (length === 0) return null;
        const slots = requests.map(({ sequence }) => ({
          slot: sequence.slot,
          from: sequences.indexOf(sequence),
          token: sequence.tokens[sequence.tokens.length - 1],
          position: sequence.tokens.length + nDraft,
        }));
        return {
          nDraft: length,
          submit: () => {
            isFollowed = true;
            return this.#submitted(fused, requests, length, fused.followUp(slots, length));
          },
        };
      },
    };
  }

  /** Length of drafts for `requests` behind drafts of `nDraft` tokens, with cells reserved for both; 0 if there can be none. */
  #followingLength(requests: readonly DraftRequest[], nDraft: number): number {
    const [length, ...others] = requests.map(request => this.#lengthOf(request));
    const isEqual = others.every(other => other === length);
    const nAgain = readsStates(this.#kind) ? nDraft + 1 : 2;
    if (!isEqual || nAgain * requests.length > this.#model.maxRows) return 0;
    if (!this.#fused?.canFollow(nDraft, length)) return 0;
    const spans = requests.map(({ sequence: { slot, tokens } }) => ({
      slot,
      start: tokens.length - 1,
      end: tokens.length + nDraft + length,
    }));
    const fits = requests.every(
      ({ sequence: { tokens, speculative } }, i) =>
        length >= speculative.nMin &&
        spans[i].end <= this.#model.nCtx &&
        tokens[tokens.length - 1] < this.#model.nVocab,
    );
    return fits && this.#take(spans) ? length : 0;
  }

  /** Groups requests that can share one call of the model: drafts of equal length, at most `maxRows` sequences. */
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
    // Skip a draft that cannot reach its minimum length.
    if (length < Math.max(1, sequence.speculative.nMin)) return false;
    const fits = sequence.tokens.length - 1 + length <= this.#model.nCtx;
    return fits && this.#missingRows(sequence).every(row => this.#canDecode(row));
  }

  /** Number of tokens to draft: limited by the room, the sequence's `nMax` and the model's output rows. */
  #lengthOf({ sequence, nMax }: DraftRequest): number {
    const { maxOutputs, nSlots, maxRollback } = this.#model;
    return Math.min(nMax, sequence.speculative.nMax, Math.floor(maxOutputs / nSlots), maxRollback);
  }

  /** The two vocabularies may differ in their last few tokens, and the two contexts in length. */
  #canDecode({ token, position }: BatchRow): boolean {
    return token < this.#model.nVocab && position < this.#model.nCtx;
  }

  /** Reserves the cells of `rows` (one list per slot) and of `nMore` positions after each list. Returns false if that fails. */
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

  /**
   * Reserves the cells of `spans`, taking them from other slots if necessary. Returns false when all cells together do not
   * suffice.
   */
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

  /** Decodes each sequence up to its last token, where the missing rows do not fit the batch of the draft. */
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
   * Rows of a sequence before `end` that the cache lacks. The last token is always among them: a draft starts from its logits.
   */
  #missingRows({ slot, tokens }: Sequence, end = tokens.length): BatchRow[] {
    const cached = this.#cached[slot];
    const last = tokens.length - 1;
    let start = 0;
    while (start < Math.min(cached.length, last) && cached[start] === tokens[start]) start++;
    start = this.#model.reusable(slot, start);
    const positions = Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
    return positions.map(position => ({
      token: tokens[position],
      position,
      slot,
      output: position === last,
    }));
  }

  /** Decodes rows of one slot in batches, without outputs. */
  async #decode(rows: readonly BatchRow[]): Promise<void> {
    const { maxRows } = this.#model;
    for (let at = 0; at < rows.length; at += maxRows) {
      const batch = rows.slice(at, at + maxRows);
      this.#forgetFrom(batch);
      await this.#model.forward(batch, 'argmax');
      this.#remember(batch);
    }
  }

  /** The cells of `rows` are about to be overwritten; if that fails, their content is undefined. */
  #forgetFrom(rows: readonly BatchRow[]): void {
    for (const { slot, position } of rows) {
      this.#cached[slot].length = Math.min(this.#cached[slot].length, position);
      this.#model.truncate(slot, position);
    }
  }

  /** Records a round that has decoded all tokens of `sequence`, and its draft. */
  #rememberRound(sequence: Sequence, draft: readonly TokenId[]): void {
    const { slot, tokens } = sequence;
    this.#cached[slot] = [...tokens];
    this.#rememberDraft(sequence, draft);
    // A token that the model lacks was replaced by another one.
    const lacking = tokens.findIndex(token => token >= this.#model.nVocab);
    if (lacking >= 0) this.#cut(sequence, lacking);
  }

  /** Forgets the positions of a slot from `nTokens` on. */
  #cut({ slot }: Sequence, nTokens: number): void {
    this.#cached[slot].length = Math.min(this.#cached[slot].length, nTokens);
  }

  #rememberDraft({ slot }: Sequence, draft: readonly TokenId[]): void {
    // A head drafts from states of its own. Accepted tokens are decoded again with those of the target.
    if (readsStates(this.#kind)) return;
    // The last drafted token was not fed back, so it has no K and V.
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
