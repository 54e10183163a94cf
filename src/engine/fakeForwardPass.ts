import type { DraftToken } from '../forward/drafting.ts';
import type { AheadRow, BatchRow, Candidates, OutputKind, TokenId } from '../forward/forward.ts';
import { TOP_K_MAX } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { CacheSpan, SlotState } from '../forward/sequenceCache.ts';
import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { alignUp } from '../util/math.ts';
import { likeliest } from './likeliest.ts';
import { topCandidates } from './sampler/ranking.ts';

export interface FakeModelOptions {
  readonly nVocab?: number;
  readonly nCtx?: number;
  readonly nSlots?: number;
  readonly maxRows?: number;
  readonly maxOutputs?: number;
  /** Size of the cell pool that the slots share; by default each slot has its own `nCtx` cells. */
  readonly nCells?: number;
  /** Cells per page; 1 by default, so that no step leaves free cells for the next one. */
  readonly pageCells?: number;
  /** Most positions that a slot goes back, as with recurrent layers; any number by default. */
  readonly maxRollback?: number;
  /** Fakes with the same seed are the same model. */
  readonly seed?: number;
  /** Share of contexts, 0..1, in which the model disagrees with the one of the same seed: models an imperfect draft. */
  readonly disagreement?: number;
  /** Spread of the logits. */
  readonly scale?: number;
}

/** Call as the fake received it. */
export type FakeCall =
  | { readonly kind: 'forward'; readonly rows: readonly BatchRow[]; readonly output: OutputKind }
  | { readonly kind: 'ahead'; readonly rows: readonly BatchRow[]; readonly output: OutputKind }
  | { readonly kind: 'embed'; readonly rows: readonly BatchRow[] }
  | { readonly kind: 'draft'; readonly rows: readonly BatchRow[]; readonly nDraft: number }
  | { readonly kind: 'shift'; readonly slot: number; readonly keep: number; readonly discard: number }
  | { readonly kind: 'copy'; readonly from: number; readonly to: number; readonly nTokens: number };

/** Position of one slot, or of several slots that share it. */
interface Cell {
  /** Hash of its token and all cells before it; null until the token is decoded. */
  hash: number | null;
}

/** Length of the hidden states. */
const N_EMBD = 8;

/**
 * `ForwardPass` for tests whose logits are a hash. Each cell of its cache mixes its token with all the cells before it, like K
 * and V of a real model: a wrong position, a stale cell or a missed shift changes every later logit. It throws on calls that the
 * interface forbids.
 */
export class FakeForwardPass implements ForwardPass {
  readonly nVocab: number;
  readonly nCtx: number;
  readonly nSlots: number;
  readonly maxRows: number;
  readonly maxOutputs: number;
  readonly canShift = true;
  readonly maxRollback: number;
  readonly calls: FakeCall[] = [];
  readonly #seed: number;
  readonly #disagreement: number;
  readonly #scale: number;
  readonly #nCells: number;
  readonly #pageCells: number;
  /** First position to which each slot can go back, besides 0. */
  readonly #bases: number[];
  /** Cells of each slot, by position. */
  readonly #cells: Cell[][];
  #failure: Error | null = null;
  /** Likeliest token of each output row of the last step. */
  #chosen: readonly TokenId[] = [];

  constructor(options: FakeModelOptions = {}) {
    this.nVocab = options.nVocab ?? 97;
    this.nCtx = options.nCtx ?? 128;
    this.nSlots = options.nSlots ?? 4;
    this.maxRows = options.maxRows ?? 16;
    this.maxOutputs = options.maxOutputs ?? this.nSlots * this.maxRows;
    this.maxRollback = options.maxRollback ?? Number.POSITIVE_INFINITY;
    this.#bases = Array.from({ length: this.nSlots }, () => 0);
    this.#nCells = options.nCells ?? this.nSlots * this.nCtx;
    this.#pageCells = options.pageCells ?? 1;
    this.#seed = options.seed ?? 1;
    this.#disagreement = options.disagreement ?? 0;
    this.#scale = options.scale ?? 6;
    this.#cells = Array.from({ length: this.nSlots }, () => []);
  }

  /** Makes the next step reject with `error`, after corrupting the cells that it would have written. */
  failNext(error: Error): void {
    this.#failure = error;
  }

  async forward(rows: readonly BatchRow[], kind: OutputKind): Promise<Candidates[]> {
    return this.forwardNow(rows, kind);
  }

  /** `forward` whose results are there at once. */
  forwardNow(rows: readonly BatchRow[], kind: OutputKind): Candidates[] {
    this.calls.push({ kind: 'forward', rows, output: kind });
    return this.#forward(rows, kind);
  }

  forwardAhead(rows: readonly AheadRow[], kind: OutputKind, nth: number): Promise<Candidates[]> | null {
    const isHeld = ({ slot, position }: AheadRow) =>
      position < this.#cells[slot].length && !this.#isShared(slot, position);
    if (!rows.every(isHeld)) return null;
    const batch = rows.map(({ slot, position, from }): BatchRow => {
      const token: TokenId | undefined = this.#chosen[from];
      assert(token !== undefined, () => `output row ${from} of ${this.#chosen.length}`);
      return { token, position, slot, output: true };
    });
    this.calls.push({ kind: 'ahead', rows: batch, output: kind });
    return new Promise(resolve => resolve(this.#forward(batch, kind, nth)));
  }

  async embed(rows: readonly BatchRow[]): Promise<Float32Array[]> {
    this.calls.push({ kind: 'embed', rows });
    this.#check(rows, 0);
    const states: Float32Array[] = [];
    for (const row of rows) {
      const state = mix(this.#decode(row), this.#seed);
      if (row.output)
        states.push(Float32Array.from({ length: N_EMBD }, (_, i) => mix(state, i) / 2 ** 31 - 1));
    }
    this.#failIfAsked();
    return states;
  }

  async draft(
    rows: readonly BatchRow[],
    nDraft: number,
    withProbabilities: boolean,
  ): Promise<DraftToken[][]> {
    return this.draftNow(rows, nDraft, withProbabilities);
  }

  /** `draft` whose results are there at once. */
  draftNow(rows: readonly BatchRow[], nDraft: number, withProbabilities: boolean): DraftToken[][] {
    this.calls.push({ kind: 'draft', rows, nDraft });
    this.#check(rows, nDraft - 1);
    assert(nDraft >= 1, () => `a draft of ${nDraft} tokens`);
    const drafts: DraftToken[][] = [];
    for (const [i, row] of rows.entries()) {
      const isLast = rows[i + 1]?.slot !== row.slot;
      assert(row.output === isLast, () => `row ${i}: exactly the last row of each slot has an output`);
      const state = this.#decode(row);
      if (isLast) drafts.push(this.#continue(row, state, nDraft, withProbabilities));
    }
    this.#failIfAsked();
    return drafts;
  }

  shift(slot: number, keep: number, discard: number, end: number): void {
    this.calls.push({ kind: 'shift', slot, keep, discard });
    const cells = this.#cells[slot];
    assert(discard > 0 && keep + discard < end, () => `shift of [${keep}, ${keep + discard}) of ${end}`);
    this.#checkDecoded(slot, end);
    this.#reserveOrThrow([{ slot, start: keep, end }]);
    cells.length = end;
    cells.splice(keep, discard);
  }

  reserve(spans: readonly CacheSpan[]): boolean {
    const before = this.#cells.map(cells => [...cells]);
    for (const { slot, start, end } of spans) {
      const cells = this.#cells[slot];
      assert(start <= cells.length, () => `a span from ${start} in a slot of ${cells.length}`);
      for (let i = start; i < alignUp(end, this.#pageCells); i++) {
        if (i >= cells.length || this.#isShared(slot, i)) cells[i] = { hash: cells[i]?.hash ?? null };
      }
    }
    if (this.nUsed <= this.#nCells) return true;
    for (const [slot, cells] of before.entries()) this.#cells[slot] = cells;
    return false;
  }

  reusable(slot: number, nTokens: number): number {
    return nTokens < this.#bases[slot] ? 0 : nTokens;
  }

  readState(slot: number, nTokens: number): Promise<SlotState> | null {
    if (this.maxRollback === Number.POSITIVE_INFINITY) return null;
    this.#checkBase(slot, nTokens);
    const from = this.#bases[slot];
    return Promise.resolve({ from, bytes: Uint8Array.of(from, nTokens) });
  }

  writeState(slot: number, nTokens: number, [from, most]: Uint8Array): void {
    assert(
      from <= nTokens && nTokens <= most,
      () => `a state behind ${from} to ${most} tokens for ${nTokens}`,
    );
    this.#checkDecoded(slot, nTokens);
    this.#bases[slot] = from;
  }

  truncate(slot: number, nTokens: number): void {
    this.#cells[slot].splice(alignUp(nTokens, this.#pageCells));
    if (nTokens < this.#bases[slot]) this.#bases[slot] = 0;
  }

  copyCache(from: number, to: number, nTokens: number): void {
    this.calls.push({ kind: 'copy', from, to, nTokens });
    assert(from !== to, () => `slot ${from} copied to itself`);
    this.#checkDecoded(from, nTokens);
    this.#checkBase(from, nTokens);
    this.#cells[to] = this.#cells[from].slice(0, nTokens);
    this.#bases[to] = this.#bases[from];
  }

  async readCache(slot: number, nTokens: number): Promise<Uint8Array> {
    this.#checkDecoded(slot, nTokens);
    this.#checkBase(slot, nTokens);
    const hashes = this.#cells[slot].slice(0, nTokens).map(({ hash }) => hash ?? 0);
    return new Uint8Array(Uint32Array.from(hashes).buffer);
  }

  writeCache(slot: number, nTokens: number, bytes: Uint8Array): void {
    if (bytes.byteLength !== 4 * nTokens) {
      throw new ForetokenError('invalid_request', `${bytes.byteLength} bytes for ${nTokens} positions`);
    }
    this.truncate(slot, 0);
    this.#reserveOrThrow([{ slot, start: 0, end: nTokens }]);
    const hashes = new Uint32Array(bytes.slice().buffer);
    this.#cells[slot].forEach((cell, i) => {
      cell.hash = hashes[i];
    });
    if (this.maxRollback < Number.POSITIVE_INFINITY) this.#bases[slot] = nTokens;
  }

  /** Number of cells in use; a shared cell counts once. */
  get nUsed(): number {
    return new Set(this.#cells.flat()).size;
  }

  #forward(rows: readonly BatchRow[], kind: OutputKind, nUncertain = 0): Candidates[] {
    this.#check(rows, 0, nUncertain);
    const states = rows.map(row => this.#decode(row)).filter((_, i) => rows[i].output);
    this.#chosen = states.map(state => this.#candidates(state, 'argmax').ids[0]);
    this.#failIfAsked();
    return states.map(state => this.#candidates(state, kind));
  }

  #checkBase(slot: number, position: number): void {
    const base = this.#bases[slot];
    assert(position === 0 || position >= base, () => `slot ${slot} goes back to ${position}, behind ${base}`);
  }

  /** Moves the first position to which a slot can go back, as a model with recurrent layers does. */
  #settle({ slot, start, end }: CacheSpan, nMore: number, nUncertain: number): void {
    if (this.maxRollback === Number.POSITIVE_INFINITY) return;
    this.#checkBase(slot, start);
    const before = start === 0 ? 0 : this.#bases[slot];
    const settled = nMore > 0 ? end : start - nUncertain;
    this.#bases[slot] = Math.max(before, settled, end + nMore - this.maxRollback);
  }

  #isShared(slot: number, position: number): boolean {
    const cell = this.#cells[slot][position];
    return this.#cells.some((others, other) => other !== slot && others[position] === cell);
  }

  #reserveOrThrow(spans: readonly CacheSpan[]): void {
    if (!this.reserve(spans)) throw new ForetokenError('cache_full', `more than ${this.#nCells} cells`);
  }

  #checkDecoded(slot: number, end: number): void {
    const missing = this.#cells[slot].slice(0, end).findIndex(({ hash }) => hash === null);
    const nDecoded = missing < 0 ? this.#cells[slot].length : missing;
    assert(end <= nDecoded, () => `${end} positions wanted, but ${nDecoded} are decoded`);
  }

  #continue(from: BatchRow, state: number, nDraft: number, withProbabilities: boolean): DraftToken[] {
    const draft: DraftToken[] = [];
    let { position } = from;
    for (let next = state; ; ) {
      const top = this.#candidates(next, 'topK');
      draft.push({ token: top.ids[0], p: withProbabilities ? topTenShare(top) : 1 });
      if (draft.length === nDraft) return draft;
      position++;
      next = this.#decode({ token: top.ids[0], position, slot: from.slot, output: true });
    }
  }

  /** Checks a batch and reserves its cells, plus `nMore` positions after it in each slot. `nUncertain` positions before it may come back. */
  #check(rows: readonly BatchRow[], nMore: number, nUncertain = 0): void {
    assert(
      rows.length >= 1 && rows.length <= this.maxRows,
      () => `${rows.length} rows, allowed 1..${this.maxRows}`,
    );
    const nOutputs = rows.filter(({ output }) => output).length;
    assert(
      nOutputs * (1 + nMore) <= this.maxOutputs,
      () => `${nOutputs} outputs, and ${nMore} times more, allowed ${this.maxOutputs}`,
    );
    const last = new Map<number, number>();
    for (const { slot, position, token } of rows) {
      assert(slot >= 0 && slot < this.nSlots, () => `slot ${slot} of ${this.nSlots}`);
      assert(position >= 0 && position < this.nCtx, () => `position ${position} of ${this.nCtx}`);
      assert(token >= 0 && token < this.nVocab, () => `token ${token} of ${this.nVocab}`);
      const previous = last.get(slot);
      assert(
        previous === undefined || position === previous + 1,
        () => `slot ${slot}: position ${position} follows ${previous}`,
      );
      last.set(slot, position);
      if (previous === undefined) this.#checkDecoded(slot, position);
    }
    const spans = [...last].map(([slot, position]) => ({
      slot,
      start: rows.find(row => row.slot === slot)?.position ?? position,
      end: position + 1,
    }));
    this.#reserveOrThrow(spans.map(span => ({ ...span, end: span.end + nMore })));
    for (const span of spans) this.#settle(span, nMore, nUncertain);
  }

  /** Writes the cell of a row and returns its hash. */
  #decode({ token, position, slot }: BatchRow): number {
    assert(position < this.nCtx, () => `position ${position} of ${this.nCtx}`);
    const cells = this.#cells[slot];
    let state = mix(position, token);
    for (let i = 0; i < position; i++) state = mix(state, cells[i].hash ?? 0);
    cells[position].hash = this.#failure ? 0 : state;
    return state;
  }

  #failIfAsked(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure;
  }

  #candidates(state: number, kind: OutputKind): Candidates {
    const isOdd = mix(state, 0xd15a) / 2 ** 32 < this.#disagreement;
    const base = mix(state, isOdd ? ~this.#seed : this.#seed);
    const logits = Float32Array.from({ length: this.nVocab }, (_, id) => this.#logit(mix(base, id)));
    const ids = Int32Array.from({ length: this.nVocab }, (_, id) => id);
    switch (kind) {
      case 'logits':
        return { ids, logits };
      case 'topK':
        return topCandidates(ids, logits, this.nVocab, TOP_K_MAX);
      case 'argmax':
        return { ids: Int32Array.of(likeliest({ ids, logits }, 'logits')), logits: new Float32Array(1) };
    }
  }

  /** Skewed, so that a few tokens stand out; rounded, so that ties occur. */
  #logit(hash: number): number {
    return Math.round(this.#scale * 8 * (hash / 2 ** 32) ** 3) / 4 - this.#scale / 2;
  }
}

/** Probability of the best among the ten best. */
function topTenShare({ logits }: Candidates): number {
  return 1 / logits.subarray(0, 10).reduce((sum, logit) => sum + Math.exp(logit - logits[0]), 0);
}

/** Mixes two integers into an unsigned 32-bit hash (the finalizer of MurmurHash3). */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
