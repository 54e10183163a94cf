import type { ModelSpec } from '../architectures/spec.ts';
import type { DraftToken } from '../forward/drafting.ts';
import type { AheadRow, BatchRow, Candidates, OutputKind } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { CacheSpan, SlotState } from '../forward/sequenceCache.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Dispatch } from '../gpu/dispatch.ts';
import { chosenToken } from '../gpu/kernels/getRows.ts';
import { readMapped } from '../gpu/readback.ts';
import { assert, assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { type BatchSlot, describeBatch } from './batchWords.ts';
import { paddedRow } from './blocks/products.ts';
import { copyCarried, readState, stateBase, stateBytes, writeState } from './cache/carriedStates.ts';
import { cellBytesOf, copyPages, readCells, writeCells } from './cache/copies.ts';
import type { HiddenStates } from './cache/hiddenStates.ts';
import { PagePool } from './cache/pagePool.ts';
import { SlotMemories } from './cache/slotMemories.ts';
import { type CacheShape, type KvCache, MAX_ROLLBACK } from './cache/streams.ts';
import { layersAt, type Plan, planFor } from './plan.ts';
import {
  argmaxCandidates,
  draftedTokens,
  draftsWithProbability,
  hiddenStates,
  logitsCandidates,
  topKCandidates,
} from './results.ts';
import type { RunState } from './runState.ts';
import { StagingRing } from './stagingRing.ts';
import type { TokenRows } from './tokenRows.ts';
import type { Matrix } from './weights/matrix.ts';
import { encodeParts, encodePass, type PassLists, type Work } from './work.ts';

/** Parts of a model on the GPU. */
export interface ModelParts {
  readonly plan: Plan;
  readonly state: RunState;
  readonly cache: KvCache;
  /** Weight matrices by label. */
  readonly matrices: ReadonlyMap<string, Matrix>;
  /** Hidden states that it keeps for an MTP head; null without one. */
  readonly kept: HiddenStates | null;
  /** Hidden states that it reads as an MTP head; null in other models. */
  readonly seen: HiddenStates | null;
  /** Rows of a table that stays in the file; the CPU then has to know the tokens of every batch. Null in most models. */
  readonly tokenRows: TokenRows | null;
}

/** Model on the GPU. Allows one call of `forward` or `draft` at a time, with `forwardAhead` alongside. */
export class Model implements ForwardPass {
  readonly nVocab: number;
  readonly nCtx: number;
  readonly nSlots: number;
  readonly maxRows: number;
  readonly maxOutputs: number;
  readonly canShift: boolean;
  readonly maxRollback: number;
  readonly #tokenRows: TokenRows | null;
  /** Step buffers; `ModelPair` needs them to connect two models. */
  readonly state: RunState;
  /** Weight matrices by label, and hidden states; an MTP head on the same device uses both. */
  readonly matrices: ReadonlyMap<string, Matrix>;
  readonly kept: HiddenStates | null;
  /** Whether it is the MTP head of another model. */
  readonly isHead: boolean;
  readonly #seen: HiddenStates | null;
  readonly #nEmbd: number;
  readonly #gpu: Gpu;
  readonly #plan: Plan;
  readonly #cache: KvCache;
  readonly #pool: PagePool;
  /** Positions of the memories of recurrent layers; null for a model without any. */
  readonly #memories: SlotMemories | null;
  /** Content of the step buffer, see shaders/lib/step.wgsl. */
  readonly #stepWords: Uint32Array<ArrayBuffer>;
  readonly #allIds: Int32Array;
  #busy = false;
  readonly #stagingAhead: StagingRing;
  readonly #logitsAhead: StagingRing;
  /**
   * Dispatches that compute the argmax of the last `forward` or `forwardAhead`; empty if it has computed them itself, null if
   * another batch has replaced its own.
   */
  #choosing: readonly Dispatch[] | null = null;
  /** Completion of the last submit without outputs. */
  #ahead: Promise<undefined> | null = null;

  constructor(
    gpu: Gpu,
    spec: Pick<ModelSpec, 'nVocab' | 'nEmbd'>,
    { plan, state, cache, matrices, kept, seen, tokenRows }: ModelParts,
    shape: CacheShape & { readonly maxRows: number },
  ) {
    this.#gpu = gpu;
    this.#tokenRows = tokenRows;
    this.#plan = plan;
    this.state = state;
    this.matrices = matrices;
    this.kept = kept;
    this.#seen = seen;
    this.isHead = seen !== null;
    this.#stagingAhead = new StagingRing(state.stagingAhead);
    this.#logitsAhead = new StagingRing(state.logitsAhead);
    this.#cache = cache;
    this.#pool = new PagePool(cache.nPages, shape.nSlots);
    const { maxRollback = MAX_ROLLBACK } = shape;
    this.#memories = cache.carried.copied && new SlotMemories(shape.nSlots, maxRollback);
    this.maxRollback = this.#memories ? maxRollback : Number.POSITIVE_INFINITY;
    this.nVocab = spec.nVocab;
    this.#nEmbd = spec.nEmbd;
    this.nCtx = shape.nCtx;
    this.nSlots = shape.nSlots;
    this.maxRows = shape.maxRows;
    this.maxOutputs = state.maxOutputs;
    this.canShift = plan.shift !== null;
    this.#allIds = Int32Array.from({ length: spec.nVocab }, (_, id) => id);
    this.#stepWords = new Uint32Array(state.step.size / 4);
  }

  /** Whether batches may have tokens that only the GPU knows, those that an earlier step chose. */
  get takesChosenTokens(): boolean {
    return this.#tokenRows === null;
  }

  async forward(rows: readonly BatchRow[], kind: OutputKind): Promise<Candidates[]> {
    const work = this.forwardWork(rows, kind);
    const reading = this.#giveTokenRows(rows);
    if (reading) await reading;
    if (work.bytes > 0) return this.#read(work);
    await this.#submitAhead(work);
    return [];
  }

  forwardAhead(rows: readonly AheadRow[], kind: OutputKind, nth: number): Promise<Candidates[]> | null {
    const batch = rows.map(({ from, ...row }) => ({ ...row, token: chosenToken(from), output: true }));
    const ring = kind === 'logits' ? this.#logitsAhead : this.#stagingAhead;
    const fits = kind !== 'logits' || 4 * this.nVocab * rows.length <= ring.sizeBytes;
    const choosing = this.#choosing;
    if (choosing === null || !this.takesChosenTokens || !fits || !this.#pool.holds(spansOf(batch, 0)))
      return null;
    return this.#readAhead(batch, kind, nth, ring, choosing);
  }

  async embed(rows: readonly BatchRow[]): Promise<Float32Array[]> {
    if (this.#choosing && this.#choosing.length > 0) this.#choosing = null;
    const nOutputs = this.#writeStep(rows, 0);
    const reading = this.#giveTokenRows(rows);
    if (reading) await reading;
    const stride = paddedRow(this.#nEmbd);
    const work = {
      parts: this.#parts(rows, nOutputs === 0 ? [] : [planFor(this.#plan, nOutputs).hidden]),
      source: this.state.outputNorm,
      bytes: 4 * stride * nOutputs,
      decode: (words: Uint32Array) => hiddenStates(words, nOutputs, this.#nEmbd, stride),
    };
    if (nOutputs > 0) return this.#read(work);
    await this.#submitAhead(work);
    return [];
  }

  async draft(
    rows: readonly BatchRow[],
    nDraft: number,
    withProbabilities: boolean,
  ): Promise<DraftToken[][]> {
    if (this.#tokenRows) return this.#draftStepByStep(rows, nDraft, withProbabilities);
    return this.#read(this.draftWork(rows, nDraft, withProbabilities));
  }

  /** Drafts with a readback of each token, whose row has to be read before the next step. */
  async #draftStepByStep(
    rows: readonly BatchRow[],
    nDraft: number,
    withProbabilities: boolean,
  ): Promise<DraftToken[][]> {
    let batch = rows;
    const steps: DraftToken[][] = [];
    for (let step = 0; step < nDraft; step++) {
      const work = this.draftWork(batch, 1, withProbabilities);
      await this.#giveTokenRows(batch);
      const chosen = (await this.#read(work)).flat();
      steps.push(chosen);
      batch = batch
        .filter(({ output }) => output)
        .map((row, i) => ({ ...row, token: chosen[i].token, position: row.position + 1 }));
    }
    return steps[0].map((_, output) => steps.map(chosen => chosen[output]));
  }

  /**
   * Writes the batch of a `forward` to the GPU and returns the work; the caller submits it. `nUncertain` positions before its rows
   * may come back.
   */
  forwardWork(rows: readonly BatchRow[], kind: OutputKind, nUncertain = 0): Work<Candidates[]> {
    const nOutputs = this.#writeStep(rows, 0, nUncertain);
    const { argmax, topK, logits, kTop } = this.state;
    const parts = this.#parts(rows, this.#outputs(nOutputs, kind));
    this.#choosing = kind === 'argmax' || nOutputs === 0 ? [] : planFor(this.#plan, nOutputs).argmax;
    switch (kind) {
      case 'argmax': {
        const decode = (words: Uint32Array) => argmaxCandidates(words);
        return { parts, source: argmax, bytes: 4 * nOutputs, decode };
      }
      case 'topK': {
        const decode = (words: Uint32Array) => topKCandidates(words, nOutputs, kTop);
        return { parts, source: topK, bytes: 8 * kTop * nOutputs, decode };
      }
      case 'logits': {
        const decode = (words: Uint32Array) => logitsCandidates(words, nOutputs, this.#allIds);
        return { parts, source: logits, bytes: 4 * this.nVocab * nOutputs, decode };
      }
      default:
        return assertNever(kind);
    }
  }

  /** Like `forwardWork`, for a `draft`. */
  draftWork(rows: readonly BatchRow[], nDraft: number, withProbabilities: boolean): Work<DraftToken[][]> {
    const nOutputs = this.#writeStep(rows, nDraft - 1);
    const { maxDrafts, argmax, topK, kTop, maxOutputs } = this.state;
    assert(nOutputs > 0 && nOutputs <= maxDrafts, () => `a draft of ${nOutputs} rows for ${maxDrafts} slots`);
    assert(
      nDraft > 0 && nDraft * nOutputs <= maxOutputs,
      () => `a draft of ${nDraft} tokens for ${nOutputs} slots, at most ${maxOutputs} outputs`,
    );
    const width = planFor(this.#plan, nOutputs);
    const results = [width.head, width.argmax, ...(withProbabilities ? [width.topK] : [])];
    const lists = [...layersAt(planFor(this.#plan, rows.length), depthOf(rows)), ...results];
    for (let step = 1; step < nDraft; step++) {
      lists.push(this.#plan.advance, ...layersAt(width, depthOf(rows) + step), ...results);
    }

    const nChosen = nOutputs * nDraft;
    const parts = [lists];
    if (withProbabilities) {
      const decode = (words: Uint32Array) => draftsWithProbability(words, nOutputs, nDraft, kTop);
      return { parts, source: topK, bytes: 8 * kTop * nChosen, decode };
    }
    const decode = (words: Uint32Array) => draftedTokens(words, nOutputs, nDraft);
    return { parts, source: argmax, bytes: 4 * nChosen, decode };
  }

  shift(slot: number, keep: number, discard: number, end: number): void {
    const { shift: dispatches } = this.#plan;
    assert(dispatches !== null, 'a shift of a cache that cannot be shifted');
    assert(keep + discard <= end && end <= this.nCtx, () => `shift by ${discard} after ${keep} of ${end}`);
    this.#reserveOrThrow([{ slot, start: keep, end }]);
    this.kept?.slots.truncate(slot, keep);
    const { device } = this.#gpu;
    const given = new Uint32Array([keep, discard, end, 0, ...this.#pool.table(slot)]);
    device.queue.writeBuffer(this.state.shift, 0, given);
    device.queue.submit([encodePass(this.#gpu, [dispatches]).finish()]);
  }

  reserve(spans: readonly CacheSpan[]): boolean {
    const copies = this.#pool.reserve(spans);
    if (copies === null) return false;
    if (copies.length > 0) {
      const { device } = this.#gpu;
      const encoder = device.createCommandEncoder();
      copyPages(encoder, this.#cache, copies);
      device.queue.submit([encoder.finish()]);
    }
    return true;
  }

  reusable(slot: number, nTokens: number): number {
    return this.#memories?.reusable(slot, nTokens) ?? nTokens;
  }

  truncate(slot: number, nTokens: number): void {
    this.#pool.truncate(slot, nTokens);
    this.#memories?.truncate(slot, nTokens);
    this.kept?.slots.truncate(slot, nTokens);
  }

  copyCache(from: number, to: number, nTokens: number): void {
    this.#pool.share(from, to, nTokens);
    if ((!this.#memories && !this.kept) || nTokens === 0) return;
    const encoder = this.#gpu.device.createCommandEncoder();
    this.kept?.copy(encoder, from, to, nTokens);
    if (this.#memories) {
      const reusable = this.reusable(from, nTokens);
      assert(
        reusable === nTokens,
        () => `a copy of ${nTokens} positions of slot ${from}, which has ${reusable}`,
      );
      copyCarried(encoder, this.#cache.carried, from, to);
      this.#memories.copy(from, to, nTokens);
    }
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  readState(slot: number, nTokens: number): Promise<SlotState> | null {
    return this.#memories && this.#readState(this.#memories, slot, nTokens);
  }

  async #readState(memories: SlotMemories, slot: number, nTokens: number): Promise<SlotState> {
    const reusable = memories.reusable(slot, nTokens);
    assert(
      reusable === nTokens,
      () => `the state behind ${nTokens} positions of slot ${slot}, which has ${reusable}`,
    );
    const from = memories.baseOf(slot);
    return { from, bytes: await readState(this.#gpu, this.#cache.carried, slot, from) };
  }

  writeState(slot: number, nTokens: number, bytes: Uint8Array): void {
    const memories = this.#memories;
    assert(memories !== null, 'a state for a model without any');
    checkBytes(bytes, stateBytes(this.#cache.carried), `state of ${nTokens} tokens`);
    memories.restore(slot, stateBase(bytes), nTokens);
    writeState(this.#gpu, this.#cache.carried, slot, bytes);
  }

  async readCache(slot: number, nTokens: number): Promise<Uint8Array> {
    const cells = readCells(this.#gpu, this.#cache, this.#pool.table(slot), nTokens);
    const state = nTokens === 0 ? null : this.readState(slot, nTokens);
    if (!state) return cells;
    const [first, { bytes }] = await Promise.all([cells, state]);
    return concatenated([first, bytes]);
  }

  writeCache(slot: number, nTokens: number, bytes: Uint8Array): void {
    const nCells = cellBytesOf(this.#cache, nTokens);
    const hasState = this.#memories !== null && nTokens > 0;
    const nState = hasState ? stateBytes(this.#cache.carried) : 0;
    checkBytes(bytes, nCells + nState, `KV cache of ${nTokens} tokens`);
    assert(nTokens <= this.nCtx, () => `${nTokens} positions for a slot of ${this.nCtx}`);
    this.truncate(slot, 0);
    this.#reserveOrThrow([{ slot, start: 0, end: nTokens }]);
    writeCells(this.#gpu, this.#cache, this.#pool.table(slot), nTokens, bytes);
    if (hasState) this.writeState(slot, nTokens, bytes.subarray(nCells));
  }

  #reserveOrThrow(spans: readonly CacheSpan[]): void {
    if (this.reserve(spans)) return;
    throw new ForetokenError(
      'cache_full',
      `Context size has been exceeded: ${this.#pool.nFree} of ${this.#cache.nPages} pages of the KV cache are free`,
      { nPages: this.#cache.nPages, nFree: this.#pool.nFree },
    );
  }

  /** Layers of a step, then `outputs`: one part, unless the layers are too much work for one submit. */
  #parts(rows: readonly BatchRow[], outputs: PassLists): PassLists[] {
    const layers = layersAt(planFor(this.#plan, rows.length), depthOf(rows));
    return layers.map((layer, i) => (i < layers.length - 1 ? [layer] : [layer, ...outputs]));
  }

  /** Dispatches that compute the results of kind `kind` from `nOutputs` rows of the residual stream. */
  #outputs(nOutputs: number, kind: OutputKind): PassLists {
    if (nOutputs === 0) return [];
    const { head, argmax, topK } = planFor(this.#plan, nOutputs);
    switch (kind) {
      case 'argmax':
        return [head, argmax];
      case 'topK':
        return [head, topK];
      case 'logits':
        return [head];
      default:
        return assertNever(kind);
    }
  }

  /**
   * Describes the batch to the kernels in one write and returns the number of output rows. Reserves `nMore` positions of each
   * slot after its rows. `nUncertain` positions before them may come back.
   */
  #writeStep(rows: readonly BatchRow[], nMore: number, nUncertain = 0): number {
    if (this.#gpu.fault) throw this.#gpu.fault;
    const spans = spansOf(rows, nMore);
    this.#reserveOrThrow(spans);
    const slots = spans.map(span => this.#beginStep(span, nMore, nUncertain));
    const words = this.#stepWords;
    const { nWords, nOutputs } = describeBatch(words, rows, slots, this);
    this.#gpu.device.queue.writeBuffer(this.state.step, 0, words, 0, nWords);
    return nOutputs;
  }

  /** Begins a step that writes `span` of a slot, of which the last `nMore` positions come back. */
  #beginStep(span: CacheSpan, nMore: number, nUncertain: number): BatchSlot {
    const { slot, end } = span;
    const memory = this.#memories?.step({ ...span, end: end - nMore }, nMore, nUncertain);
    const firstState = this.#seen?.slots.from(slot) ?? 0;
    this.kept?.slots.write(span);
    this.#seen?.slots.claim(slot, end);
    const { base, commit } = memory ?? { base: 0, commit: 0 };
    return { slot, base, commit, firstState, pages: this.#pool.table(slot) };
  }

  /**
   * Writes the rows of the batch's tokens, where they come from the file. Returns null, with the rows written, unless some have to be
   * read first.
   */
  #giveTokenRows(rows: readonly BatchRow[]): Promise<void> | null {
    const tokenRows = this.#tokenRows;
    if (!tokenRows) return null;
    const { queue } = this.#gpu.device;
    const write = () => queue.writeBuffer(this.state.scratch('perLayer'), 0, tokenRows.values(rows));
    if (!tokenRows.has(rows)) return tokenRows.read(rows).then(write);
    write();
    return null;
  }

  /**
   * Submits without waiting for this step, but after the previous one: the queue stays short, so pending work can be abandoned.
   */
  async #submitAhead({ parts }: Work<unknown>): Promise<void> {
    await this.#ahead;
    this.#gpu.device.queue.submit([encodeParts(this.#gpu, parts).finish()]);
    this.#ahead = this.#gpu.device.queue.onSubmittedWorkDone();
  }

  async #readAhead(
    rows: readonly BatchRow[],
    kind: OutputKind,
    nth: number,
    ring: StagingRing,
    choosing: readonly Dispatch[],
  ): Promise<Candidates[]> {
    // These dispatches read the last step's logits and batch, so they precede the next batch in the queue.
    if (choosing.length > 0) this.#gpu.device.queue.submit([encodePass(this.#gpu, [choosing]).finish()]);
    return this.#readInto(ring.take(), this.forwardWork(rows, kind, nth));
  }

  async #read<T>(work: Work<T>): Promise<T> {
    assert(!this.#busy, 'a second step before the first one was read');
    this.#busy = true;
    try {
      return await this.#readInto(this.state.staging, work);
    } finally {
      this.#busy = false;
    }
  }

  /** Submits with a copy of the results, waits for them and decodes them. */
  #readInto<T>(staging: GPUBuffer, { parts, source, bytes, decode }: Work<T>): Promise<T> {
    const encoder = encodeParts(this.#gpu, parts);
    encoder.copyBufferToBuffer(source, 0, staging, 0, bytes);
    this.#gpu.device.queue.submit([encoder.finish()]);
    return readMapped(this.#gpu, staging, bytes, mapped => decode(new Uint32Array(mapped)));
  }
}

/** Throws `invalid_request` if `bytes` has another size than `what`. */
function checkBytes(bytes: Uint8Array, expected: number, what: string): void {
  if (bytes.length === expected) return;
  throw new ForetokenError(
    'invalid_request',
    `${bytes.length} bytes are no ${what}, which has ${expected} with this model`,
  );
}

function concatenated([first, second]: readonly [Uint8Array, Uint8Array]): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** Most positions that a row has before and with it. */
function depthOf(rows: readonly BatchRow[]): number {
  return 1 + Math.max(...rows.map(({ position }) => position));
}

/** Positions of each slot that a batch writes, and `nMore` after them. */
function spansOf(rows: readonly BatchRow[], nMore: number): CacheSpan[] {
  const spans = new Map<number, CacheSpan>();
  for (const { slot, position } of rows) {
    const start = spans.get(slot)?.start ?? position;
    spans.set(slot, { slot, start, end: position + 1 + nMore });
  }
  return [...spans.values()];
}
