import type {
  BatchRow,
  CacheSpan,
  Candidates,
  DraftToken,
  ForwardPass,
  OutputKind,
} from '../engine/forwardPass.ts';
import type { Gpu } from '../gpu/device.ts';
import { type Dispatch, record } from '../gpu/dispatch.ts';
import { assert, assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { checkCacheBytes, copyPages, readCells, writeCells } from './cacheBytes.ts';
import type { ModelConfig } from './config.ts';
import type { CacheShape, KvCache } from './kvCache.ts';
import { PagePool } from './pagePool.ts';
import type { Plan, WidthPlan } from './plan.ts';
import { planWidth } from './plan.ts';
import { readMapped } from './readback.ts';
import {
  argmaxCandidates,
  draftProbability,
  hiddenStates,
  logitsCandidates,
  topKCandidates,
} from './results.ts';
import { paddedRow, type RunState } from './runState.ts';

/** A model on the GPU. One call of `forward` or `draft` at a time. */
export class Model implements ForwardPass {
  readonly nVocab: number;
  readonly nCtx: number;
  readonly nSlots: number;
  readonly maxRows: number;
  readonly #nEmbd: number;
  readonly #gpu: Gpu;
  readonly #plan: Plan;
  readonly #state: RunState;
  readonly #cache: KvCache;
  readonly #pool: PagePool;
  /** What is written before a step, see shaders/lib/step.wgsl. */
  readonly #stepWords: Uint32Array<ArrayBuffer>;
  readonly #allIds: Int32Array;
  #busy = false;
  /** The last step that nobody waits for. */
  #ahead: Promise<undefined> | null = null;

  constructor(
    gpu: Gpu,
    config: ModelConfig,
    plan: Plan,
    state: RunState,
    cache: KvCache,
    shape: CacheShape & { readonly maxRows: number },
  ) {
    this.#gpu = gpu;
    this.#plan = plan;
    this.#state = state;
    this.#cache = cache;
    this.#pool = new PagePool(cache.nPages, shape.nSlots);
    this.nVocab = config.nVocab;
    this.#nEmbd = config.nEmbd;
    this.nCtx = shape.nCtx;
    this.nSlots = shape.nSlots;
    this.maxRows = shape.maxRows;
    this.#allIds = Int32Array.from({ length: config.nVocab }, (_, id) => id);
    this.#stepWords = new Uint32Array(state.step.size / 4);
  }

  async forward(rows: readonly BatchRow[], kind: OutputKind): Promise<Candidates[]> {
    const nOutputs = this.#writeStep(rows, 0);
    const { argmax, topK, logits, kTop } = this.#state;
    const encoder = this.#encodeStep(rows.length, this.#outputs(nOutputs, kind));
    if (nOutputs === 0) {
      await this.#submitAhead(encoder);
      return [];
    }
    switch (kind) {
      case 'argmax':
        return this.#read(encoder, argmax, 8 * nOutputs, words => argmaxCandidates(words, nOutputs));
      case 'topK':
        return this.#read(encoder, topK, 8 * kTop * nOutputs, words => topKCandidates(words, nOutputs, kTop));
      case 'logits': {
        const bytes = 4 * this.nVocab * nOutputs;
        return this.#read(encoder, logits, bytes, words => logitsCandidates(words, nOutputs, this.#allIds));
      }
      default:
        return assertNever(kind);
    }
  }

  async embed(rows: readonly BatchRow[]): Promise<Float32Array[]> {
    const nOutputs = this.#writeStep(rows, 0);
    const encoder = this.#encodeStep(rows.length, nOutputs === 0 ? [] : [this.#width(nOutputs).hidden]);
    if (nOutputs === 0) {
      await this.#submitAhead(encoder);
      return [];
    }
    const stride = paddedRow(this.#nEmbd);
    return this.#read(encoder, this.#state.outputNorm, 4 * stride * nOutputs, words =>
      hiddenStates(words, nOutputs, this.#nEmbd, stride),
    );
  }

  async draft(
    rows: readonly BatchRow[],
    nDraft: number,
    withProbabilities: boolean,
  ): Promise<DraftToken[][]> {
    const nOutputs = this.#writeStep(rows, nDraft - 1);
    const { outStride, argmax, topK, kTop, maxRows } = this.#state;
    assert(nOutputs > 0 && nOutputs <= outStride, () => `a draft of ${nOutputs} rows for ${outStride} slots`);
    assert(nDraft > 0 && nDraft <= maxRows, () => `a draft of ${nDraft} tokens, at most ${maxRows}`);
    const { layers, head, argmax: chosen, topK: candidates } = this.#width(nOutputs);
    const results = [head, chosen, ...(withProbabilities ? [candidates] : [])];
    const lists = [...this.#width(rows.length).layers, ...results];
    for (let step = 1; step < nDraft; step++) lists.push(this.#plan.advance, ...layers, ...results);
    const encoder = this.#encode(lists);

    const perStep = withProbabilities ? kTop : 1;
    const source = withProbabilities ? topK : argmax;
    return this.#read(encoder, source, 8 * perStep * outStride * nDraft, words =>
      Array.from({ length: nOutputs }, (_, output) =>
        Array.from({ length: nDraft }, (_, step): DraftToken => {
          const at = 2 * perStep * (step * outStride + output);
          const [candidates] = topKCandidates(words.subarray(at, at + 2 * perStep), 1, perStep);
          return { token: candidates.ids[0], p: withProbabilities ? draftProbability(candidates) : 1 };
        }),
      ),
    );
  }

  shift(slot: number, keep: number, discard: number, end: number): void {
    assert(keep + discard <= end && end <= this.nCtx, () => `shift by ${discard} after ${keep} of ${end}`);
    this.#reserveOrThrow([{ slot, start: keep, end }]);
    const { device } = this.#gpu;
    const given = new Uint32Array([keep, discard, end, 0, ...this.#pool.table(slot)]);
    device.queue.writeBuffer(this.#state.shift, 0, given);
    device.queue.submit([this.#encode([this.#plan.shift]).finish()]);
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

  truncate(slot: number, nTokens: number): void {
    this.#pool.truncate(slot, nTokens);
  }

  copyCache(from: number, to: number, nTokens: number): void {
    this.#pool.share(from, to, nTokens);
  }

  readCache(slot: number, nTokens: number): Promise<Uint8Array> {
    return readCells(this.#gpu, this.#cache, this.#pool.table(slot), nTokens);
  }

  writeCache(slot: number, nTokens: number, bytes: Uint8Array): void {
    checkCacheBytes(this.#cache, nTokens, bytes);
    assert(nTokens <= this.nCtx, () => `${nTokens} positions for a slot of ${this.nCtx}`);
    this.#pool.truncate(slot, 0);
    this.#reserveOrThrow([{ slot, start: 0, end: nTokens }]);
    writeCells(this.#gpu, this.#cache, this.#pool.table(slot), nTokens, bytes);
  }

  #reserveOrThrow(spans: readonly CacheSpan[]): void {
    if (this.reserve(spans)) return;
    throw new ForetokenError(
      'cache_full',
      `Context size has been exceeded: ${this.#pool.nFree} of ${this.#cache.nPages} pages of the KV cache are free`,
      { nPages: this.#cache.nPages, nFree: this.#pool.nFree },
    );
  }

  /** An encoder with the layers of a step and what follows them, `outputs`; of layers in parts all but the last are submitted. */
  #encodeStep(nRows: number, outputs: readonly (readonly Dispatch[])[]): GPUCommandEncoder {
    const { layers } = this.#width(nRows);
    for (const part of layers.slice(0, -1)) this.#gpu.device.queue.submit([this.#encode([part]).finish()]);
    return this.#encode([...layers.slice(-1), ...outputs]);
  }

  /** An encoder with one pass that replays the lists. */
  #encode(lists: readonly (readonly Dispatch[])[]): GPUCommandEncoder {
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const list of lists) record(pass, list);
    pass.end();
    return encoder;
  }

  /** What turns `nOutputs` rows of the residual stream into the results asked for. */
  #outputs(nOutputs: number, kind: OutputKind): (readonly Dispatch[])[] {
    if (nOutputs === 0) return [];
    const { head, argmax, topK } = this.#width(nOutputs);
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

  #width(rows: number): WidthPlan {
    const plan = this.#plan.widths.get(planWidth(rows, this.#plan.tuning));
    assert(plan !== undefined, () => `no plan for ${rows} rows`);
    return plan;
  }

  /**
   * Describes the batch to the kernels in one write; returns the number of output rows. Each slot goes on for `nMore`
   * positions after its rows.
   */
  #writeStep(rows: readonly BatchRow[], nMore: number): number {
    if (this.#gpu.fault) throw this.#gpu.fault;
    assert(rows.length > 0 && rows.length <= this.maxRows, () => `a batch of ${rows.length} rows`);
    const spans = spansOf(rows, nMore);
    this.#reserveOrThrow(spans);
    const words = this.#stepWords;
    const tables = new Map<number, number>();
    let nWords = 4 * (1 + rows.length);
    for (const { slot } of spans) {
      const pages = this.#pool.table(slot);
      tables.set(slot, nWords);
      words.set(pages, nWords);
      nWords += pages.length;
    }
    let nOutputs = 0;
    rows.forEach(({ token, position, slot, output }, row) => {
      assert(token >= 0 && token < this.nVocab, () => `token ${token} of ${this.nVocab}`);
      assert(position >= 0 && position < this.nCtx, () => `position ${position} of ${this.nCtx}`);
      assert(slot >= 0 && slot < this.nSlots, () => `slot ${slot} of ${this.nSlots}`);
      words.set([token, position, tables.get(slot) ?? 0], 4 * (1 + row));
      if (output) words[4 * (1 + nOutputs++) + 3] = row;
    });
    words.set([rows.length, nOutputs, 0, 0]);
    this.#gpu.device.queue.writeBuffer(this.#state.step, 0, words, 0, nWords);
    return nOutputs;
  }

  /** Submits without waiting for this step, but for the one before it: the queue stays short, and can be abandoned. */
  async #submitAhead(encoder: GPUCommandEncoder): Promise<void> {
    await this.#ahead;
    this.#gpu.device.queue.submit([encoder.finish()]);
    this.#ahead = this.#gpu.device.queue.onSubmittedWorkDone();
  }

  /** Submits with a copy of `bytes` of `source`, waits for it and hands its words to `decode`, which must copy them. */
  async #read<T>(
    encoder: GPUCommandEncoder,
    source: GPUBuffer,
    bytes: number,
    decode: (words: Uint32Array) => T,
  ): Promise<T> {
    assert(!this.#busy, 'a second step before the first one was read');
    const { staging } = this.#state;
    encoder.copyBufferToBuffer(source, 0, staging, 0, bytes);
    this.#gpu.device.queue.submit([encoder.finish()]);
    this.#busy = true;
    try {
      return await readMapped(this.#gpu, staging, bytes, mapped => decode(new Uint32Array(mapped)));
    } finally {
      this.#busy = false;
    }
  }
}

/** The positions of each slot that a batch writes, and `nMore` behind them. */
function spansOf(rows: readonly BatchRow[], nMore: number): CacheSpan[] {
  const spans = new Map<number, CacheSpan>();
  for (const { slot, position } of rows) {
    const start = spans.get(slot)?.start ?? position;
    spans.set(slot, { slot, start, end: position + 1 + nMore });
  }
  return [...spans.values()];
}
