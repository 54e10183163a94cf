import type { TOP_K_MAX } from '../engine/forwardPass.ts';
import type { Gpu } from '../gpu/device.ts';
import { partialValues } from '../gpu/kernels/attention.ts';
import { deferredStride } from '../gpu/kernels/deferredNorm.ts';
import { TILE_WIDTHS } from '../gpu/kernels/mulMat.ts';
import { assert } from '../util/assert.ts';
import { pagesFor } from '../util/kvPage.ts';
import { alignUp } from '../util/math.ts';
import { ropeTable } from '../util/ropeTable.ts';
import type { ModelConfig } from './config.ts';
import { isFused, type WeightsPlan } from './weights.ts';

const MAX_TILE = Math.max(...TILE_WIDTHS);
/** Candidates that a `topK` output brings back. */
const TOP_K: typeof TOP_K_MAX = 64;

/** The buffers that a step works in; rows of activations are padded with zeros to whole blocks of 32 values. */
export interface RunState {
  /** Largest batch, a whole number of tiles. */
  readonly maxRows: number;
  /** Most output rows of a batch, and of all steps of a draft together. */
  readonly maxOutputs: number;
  /** Most outputs of one step of a draft, or of one that goes on from the last: a row for each slot. */
  readonly maxDrafts: number;
  /** What changes from step to step, see shaders/lib/step.wgsl. */
  readonly step: GPUBuffer;
  readonly shift: GPUBuffer;
  readonly ropeTable: GPUBuffer;
  /** The residual stream [rows, nEmbd], and the same with its norm deferred. */
  readonly x: GPUBuffer;
  readonly xNorm: GPUBuffer;
  /** [rows, nHead, headDim]; keys and values go straight to the cache. */
  readonly q: GPUBuffer;
  /** Outputs of the splits of attention [rows, nHead, splits], where there are several. */
  readonly partial: GPUBuffer | null;
  /** [rows, nHead * headDim] */
  readonly attn: GPUBuffer;
  readonly attnStride: number;
  /** [rows, nFf], with experts [rows, used, nFf]. */
  readonly ffn: GPUBuffer;
  readonly ffnStride: number;
  /** [rows, gate | up], only where gate and up could not be one product. */
  readonly gateUp: GPUBuffer | null;
  /** [rows, used] = (expert, weight). */
  readonly chosen: GPUBuffer | null;
  /** Hidden states behind the last norm [outputs, nEmbd], for embeddings, and [outputs, nVocab]. */
  readonly outputNorm: GPUBuffer;
  readonly logits: GPUBuffer;
  readonly nVocab: number;
  /** The token of each draft step and output, and TOP_K (token, logit) of each. */
  readonly argmax: GPUBuffer;
  readonly topK: GPUBuffer;
  readonly kTop: number;
  /** Where results are mapped, and in turns the tokens of steps that nobody waited for before the next was submitted. */
  readonly staging: GPUBuffer;
  readonly stagingAhead: readonly [GPUBuffer, GPUBuffer];
}

export interface RunStateOptions {
  readonly nSlots: number;
  readonly nCtx: number;
  readonly maxRows: number;
  /** See `attentionSplits`. */
  readonly splits: number;
  /** Most output rows of a batch, and of all steps of a draft together, at least one per slot; by default all there can be. */
  readonly maxOutputs?: number;
}

/** Values from one row of activations to the next. */
export function paddedRow(k: number): number {
  return alignUp(k, 32);
}

/** Names of the buffers of a run state. */
type BufferName = {
  [Name in keyof RunState]: RunState[Name] extends GPUBuffer | null ? Name : never;
}[keyof RunState];

/** Strides and sizes of a run state, known before anything is allocated. */
export interface RunStatePlan {
  readonly maxRows: number;
  readonly maxOutputs: number;
  readonly maxDrafts: number;
  readonly attnStride: number;
  readonly ffnStride: number;
  readonly nVocab: number;
  readonly kTop: number;
  /** Words of each buffer; 0 where the model has no use for it. */
  readonly words: Readonly<Record<BufferName, number>>;
}

export function planRunState(
  config: ModelConfig,
  weights: Pick<WeightsPlan, 'layers'>,
  options: RunStateOptions,
): RunStatePlan {
  const { nEmbd, nHead, headDim, nFf, nRot, experts, nVocab } = config;
  const { nSlots, nCtx } = options;
  const maxRows = alignUp(options.maxRows, MAX_TILE);
  const attnStride = paddedRow(nHead * headDim);
  const ffnStride = paddedRow(nFf);
  const kTop = Math.min(TOP_K, nVocab);
  const maxOutputs = options.maxOutputs ?? maxRows * nSlots;
  const outputRows = Math.min(maxRows, maxOutputs);
  assert(maxOutputs >= nSlots, () => `${maxOutputs} output rows for ${nSlots} slots`);
  const splitGateUp = weights.layers.some(({ ffn }) => ffn.kind === 'dense' && !isFused(ffn.gateUp));
  return {
    maxRows,
    maxOutputs,
    maxDrafts: nSlots,
    attnStride,
    ffnStride,
    nVocab,
    kTop,
    words: {
      step: 4 * (1 + maxRows) + alignUp(nSlots * pagesFor(nCtx), 4),
      shift: 4 + alignUp(pagesFor(nCtx), 4),
      ropeTable: nCtx * nRot,
      x: maxRows * paddedRow(nEmbd),
      xNorm: maxRows * deferredStride(nEmbd),
      q: maxRows * nHead * headDim,
      partial: options.splits > 1 ? maxRows * partialValues(config, options.splits) : 0,
      attn: maxRows * attnStride,
      ffn: maxRows * (experts?.used ?? 1) * ffnStride,
      gateUp: splitGateUp ? maxRows * 2 * nFf : 0,
      chosen: experts ? maxRows * experts.used * 2 : 0,
      outputNorm: outputRows * paddedRow(nEmbd),
      logits: outputRows * nVocab,
      argmax: maxOutputs,
      topK: 2 * kTop * maxOutputs,
      staging: Math.max(outputRows * Math.max(nVocab, paddedRow(nEmbd)), 2 * kTop * maxOutputs),
    },
  };
}

/** The same with as many of these rows, but a tile at least and one for each slot, as buffers of `maxBytes` have room for. */
export function fitRunState(
  config: ModelConfig,
  weights: Pick<WeightsPlan, 'layers'>,
  options: RunStateOptions,
  maxBytes: number,
): RunStatePlan {
  let plan = planRunState(config, weights, options);
  const isTooLarge = () => Object.values(plan.words).some(words => 4 * words > maxBytes);
  while (isTooLarge() && plan.maxRows - MAX_TILE >= options.nSlots && plan.maxRows > MAX_TILE) {
    plan = planRunState(config, weights, { ...options, maxRows: plan.maxRows - MAX_TILE });
  }
  return plan;
}

export function allocateRunState(gpu: Gpu, { words, ...strides }: RunStatePlan): RunState {
  const optional = (name: BufferName) => (words[name] > 0 ? buffer(name) : null);
  const buffer = (
    name: BufferName,
    usage: GPUBufferUsageFlags = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  ) => gpu.createBuffer(name, 4 * words[name], usage);
  const mapped = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const tokens = (name: string) => gpu.createBuffer(`staging ahead, ${name}`, 4 * strides.maxDrafts, mapped);
  return {
    ...strides,
    step: buffer('step'),
    shift: buffer('shift'),
    ropeTable: buffer('ropeTable'),
    x: buffer('x'),
    xNorm: buffer('xNorm'),
    q: buffer('q'),
    partial: optional('partial'),
    attn: buffer('attn'),
    ffn: buffer('ffn'),
    gateUp: optional('gateUp'),
    chosen: optional('chosen'),
    outputNorm: buffer('outputNorm'),
    logits: buffer('logits'),
    argmax: buffer('argmax'),
    topK: buffer('topK'),
    staging: buffer('staging', mapped),
    stagingAhead: [tokens('even'), tokens('odd')],
  };
}

/** Fills the rope table, once the model's frequency factors are known. */
export function writeRopeTable(
  gpu: Gpu,
  state: RunState,
  config: ModelConfig,
  nCtx: number,
  factors: Float32Array | null,
): void {
  const { nRot, ropeFreqBase: base, ropeFreqScale: frequencyScale } = config;
  const table = ropeTable(nCtx, { nRot, base, frequencyScale }, factors);
  gpu.device.queue.writeBuffer(state.ropeTable, 0, table);
}
