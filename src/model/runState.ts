import type { Rope } from '../architectures/spec.ts';
import { MAX_STEPS_AHEAD, TOP_K_MAX } from '../forward/forward.ts';
import type { Gpu } from '../gpu/device.ts';
import { deferredStride } from '../gpu/kernels/deferredNorm.ts';
import { TILE_WIDTHS } from '../gpu/kernels/mulMat.ts';
import { choiceStages } from '../gpu/kernels/sampling.ts';
import type { Tuning } from '../gpu/tuning.ts';
import { assert } from '../util/assert.ts';
import { pagesFor } from '../util/kvPage.ts';
import { alignUp } from '../util/math.ts';
import type { Block, StepBuffers } from './blocks/block.ts';
import { paddedRow } from './blocks/products.ts';
import { ropeKey } from './ropeTables.ts';

const MAX_TILE = Math.max(...TILE_WIDTHS);
/** Most rows of logits that a lookahead step may return; a row may have a megabyte. */
const MAX_LOGITS_AHEAD = 4;

/** Buffers of a step. Rows of activations are padded with zeros to whole blocks of 32 values. */
export interface RunState extends StepBuffers {
  /** Largest batch, a whole number of tiles. */
  readonly maxRows: number;
  /** Most output rows of a batch, and of all steps of a draft together. */
  readonly maxOutputs: number;
  /** Most outputs of one draft step or lookahead step: a row for each slot. */
  readonly maxDrafts: number;
  readonly nVocab: number;
  /** `kTop` (at most TOP_K_MAX) pairs (token, logit) for each draft step and output. */
  readonly topK: GPUBuffer;
  readonly kTop: number;
  /** Candidates that the first stage of argmax or top-k keeps; null if they have only one. */
  readonly keptCandidates: GPUBuffer | null;
  /** Staging buffer of results. */
  readonly staging: GPUBuffer;
  /** Staging buffers that lookahead steps use in turn: one for each pending step that returns tokens or candidates. */
  readonly stagingAhead: readonly GPUBuffer[];
  /** The same for steps that return logits, of which only one is submitted ahead. */
  readonly logitsAhead: readonly GPUBuffer[];
}

export interface RunStateOptions {
  readonly nSlots: number;
  readonly nCtx: number;
  readonly maxRows: number;
  readonly tuning: Tuning;
  /** Most output rows of a batch, and of all steps of a draft together, at least one per slot; by default as many as possible. */
  readonly maxOutputs?: number;
}

/** Parts of a model that determine its activations. */
export interface RunStateModel {
  readonly nEmbd: number;
  readonly nVocab: number;
  readonly blocks: readonly Pick<Block, 'scratch'>[];
  readonly ropes: readonly { readonly rope: Rope; readonly label: string }[];
}

/** Sizes of a run state, known before anything is allocated. */
export interface RunStatePlan {
  readonly maxRows: number;
  readonly maxOutputs: number;
  readonly maxDrafts: number;
  readonly nVocab: number;
  readonly kTop: number;
  /** Words of each buffer, by its name. */
  readonly words: ReadonlyMap<string, number>;
  /** Names of the rope tables, by `ropeKey`. */
  readonly ropes: ReadonlyMap<string, string>;
}

/** Plans the buffers for batches of `options.maxRows` rows, rounded up to whole tiles. */
export function planRunState(model: RunStateModel, options: RunStateOptions): RunStatePlan {
  const { nEmbd, nVocab, blocks, ropes } = model;
  const { nSlots, nCtx, tuning } = options;
  const maxRows = alignUp(options.maxRows, MAX_TILE);
  const kTop = Math.min(TOP_K_MAX, nVocab);
  const maxOutputs = options.maxOutputs ?? maxRows * nSlots;
  const outputRows = Math.min(maxRows, maxOutputs);
  assert(maxOutputs >= nSlots, () => `${maxOutputs} output rows for ${nSlots} slots`);
  const words = new Map<string, number>([
    ['step', 4 * (1 + maxRows) + nSlots * (4 + alignUp(pagesFor(nCtx), 4))],
    ['shift', 4 + alignUp(pagesFor(nCtx), 4)],
    ['x', maxRows * paddedRow(nEmbd)],
    ['xNorm', maxRows * deferredStride(nEmbd)],
    ['outputNorm', outputRows * paddedRow(nEmbd)],
    ['logits', outputRows * nVocab],
    ['argmax', maxOutputs],
    ['topK', 2 * kTop * maxOutputs],
    ['staging', Math.max(outputRows * Math.max(nVocab, paddedRow(nEmbd)), 2 * kTop * maxOutputs)],
  ]);
  const kept = outputRows * keptCandidates(nVocab, kTop, tuning);
  if (kept > 0) words.set('keptCandidates', 2 * kept);
  for (const { rope, label } of ropes) words.set(label, nCtx * rope.nRot);
  for (const { name, values, ofBatch } of blocks.flatMap(block =>
    block.scratch({ maxRows, outputs: outputRows, nCtx, tuning }),
  )) {
    const count = ofBatch ? values : maxRows * values;
    if (count > 0) words.set(name, Math.max(words.get(name) ?? 0, count));
  }
  const labels = new Map(ropes.map(({ rope, label }) => [ropeKey(rope), label]));
  return { maxRows, maxOutputs, maxDrafts: nSlots, nVocab, kTop, words, ropes: labels };
}

/** Most candidates that the first stage of argmax or top-k keeps of an output row; 0 if there is no other stage. */
function keptCandidates(nVocab: number, kTop: number, tuning: Pick<Tuning, 'choiceStretch'>): number {
  return Math.max(
    ...[1, kTop].map(kept => choiceStages({ nVocab, outputs: 1 }, kept, tuning)[1]?.nCandidates ?? 0),
  );
}

/** Plans the largest batch whose buffers stay within `maxBytes`: at least one tile, and at least one row per slot. */
export function fitRunState(model: RunStateModel, options: RunStateOptions, maxBytes: number): RunStatePlan {
  let plan = planRunState(model, options);
  const isTooLarge = () => [...plan.words.values()].some(words => 4 * words > maxBytes);
  while (isTooLarge() && plan.maxRows - MAX_TILE >= options.nSlots && plan.maxRows > MAX_TILE) {
    plan = planRunState(model, { ...options, maxRows: plan.maxRows - MAX_TILE });
  }
  return plan;
}

/** Sizes of the staging buffers of lookahead steps. Each ring has a buffer more than steps ahead, for the one being read. */
function aheadBytes({ maxDrafts, kTop, nVocab }: RunStatePlan) {
  return {
    few: Array.from({ length: MAX_STEPS_AHEAD + 1 }, () => 8 * kTop * maxDrafts),
    logits: Array.from({ length: 2 }, () => 4 * nVocab * Math.min(maxDrafts, MAX_LOGITS_AHEAD)),
  };
}

/** Size of all buffers of a plan in bytes. */
export function runStateBytes(plan: RunStatePlan): number {
  const { few, logits } = aheadBytes(plan);
  let bytes = [...few, ...logits].reduce((sum, size) => sum + size, 0);
  for (const words of plan.words.values()) bytes += 4 * words;
  return bytes;
}

/** Creates the buffers of a plan, empty. */
export function allocateRunState(gpu: Gpu, plan: RunStatePlan): RunState {
  const { words, ropes, ...sizes } = plan;
  const mapped = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const worked = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffers = new Map(
    [...words].map(([name, count]) => [
      name,
      gpu.createBuffer(name, 4 * count, name === 'staging' ? mapped : worked),
    ]),
  );
  const buffer = (name: string): GPUBuffer => {
    const found = buffers.get(name);
    assert(found !== undefined, () => `there is no buffer ${name}`);
    return found;
  };
  const ring = (label: string, sizes: readonly number[]) =>
    sizes.map((size, i) => gpu.createBuffer(`${label} ${i}`, size, mapped));
  const { few, logits } = aheadBytes(plan);
  return {
    ...sizes,
    step: buffer('step'),
    shift: buffer('shift'),
    x: buffer('x'),
    xNorm: buffer('xNorm'),
    outputNorm: buffer('outputNorm'),
    logits: buffer('logits'),
    argmax: buffer('argmax'),
    topK: buffer('topK'),
    keptCandidates: buffers.get('keptCandidates') ?? null,
    staging: buffer('staging'),
    stagingAhead: ring('staging ahead', few),
    logitsAhead: ring('logits ahead', logits),
    scratch: buffer,
    ropeTable: rope => buffer(ropes.get(ropeKey(rope)) ?? ''),
  };
}
