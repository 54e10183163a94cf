import type { Gpu } from '../gpu/device.ts';
import { alignUp } from '../util/math.ts';
import { ropeTable } from '../util/ropeTable.ts';
import type { ModelConfig } from './config.ts';
import type { Weights } from './weights.ts';

/** Candidates that a `topK` output brings back. */
export const TOP_K = 64;

/** The buffers that a step works in; rows of activations are padded with zeros to whole blocks of 32 values. */
export interface RunState {
  /** Largest batch, a whole number of tiles. */
  readonly maxRows: number;
  /** Outputs of one draft step. */
  readonly outStride: number;
  /** What changes from step to step, see shaders/lib/step.wgsl. */
  readonly step: GPUBuffer;
  readonly shift: GPUBuffer;
  readonly ropeTable: GPUBuffer;
  /** The residual stream [rows, nEmbd], and the same normalised. */
  readonly x: GPUBuffer;
  readonly xNorm: GPUBuffer;
  /** [rows, Q heads | K heads | V heads] */
  readonly qkv: GPUBuffer;
  readonly qkvStride: number;
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
  /** [outputs, nEmbd] and [outputs, nVocab]. */
  readonly outputNorm: GPUBuffer;
  readonly logits: GPUBuffer;
  readonly nVocab: number;
  /** (token, logit) of each draft step and output, and TOP_K of them. */
  readonly argmax: GPUBuffer;
  readonly topK: GPUBuffer;
  readonly kTop: number;
  /** Where results are mapped. */
  readonly staging: GPUBuffer;
}

export interface RunStateOptions {
  readonly nSlots: number;
  readonly nCtx: number;
  readonly maxRows: number;
}

/** Values from one row of activations to the next. */
export function paddedRow(k: number): number {
  return alignUp(k, 32);
}

export function allocateRunState(
  gpu: Gpu,
  config: ModelConfig,
  weights: Weights,
  options: RunStateOptions,
): RunState {
  const { nEmbd, nHead, nKvHead, headDim, nFf, experts, nVocab } = config;
  const maxRows = alignUp(options.maxRows, 16);
  const { nSlots, nCtx } = options;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const buffer = (label: string, words: number, extra = 0) =>
    gpu.createBuffer(label, 4 * words, usage | extra);
  const qkvStride = (nHead + 2 * nKvHead) * headDim;
  const attnStride = paddedRow(nHead * headDim);
  const ffnStride = paddedRow(nFf);
  const kTop = Math.min(TOP_K, nVocab);
  const chains = maxRows * nSlots;
  const splitGateUp = weights.layers.some(({ ffn }) => ffn.kind === 'dense' && ffn.gateUp.length > 1);

  const table = ropeTable(
    nCtx,
    config.nRot,
    config.ropeFreqBase,
    config.ropeFreqScale,
    weights.ropeFactors ?? undefined,
  );
  const tableBuffer = buffer('rope_table', table.length, GPUBufferUsage.COPY_DST);
  gpu.device.queue.writeBuffer(tableBuffer, 0, table);

  return {
    maxRows,
    outStride: nSlots,
    step: buffer('step', 4 * (1 + maxRows), GPUBufferUsage.COPY_DST),
    shift: buffer('shift', 4, GPUBufferUsage.COPY_DST),
    ropeTable: tableBuffer,
    x: buffer('x', maxRows * paddedRow(nEmbd)),
    xNorm: buffer('x_norm', maxRows * paddedRow(nEmbd)),
    qkv: buffer('qkv', maxRows * qkvStride),
    qkvStride,
    attn: buffer('attn', maxRows * attnStride),
    attnStride,
    ffn: buffer('ffn', maxRows * (experts?.used ?? 1) * ffnStride),
    ffnStride,
    gateUp: splitGateUp ? buffer('gate_up', maxRows * 2 * nFf) : null,
    chosen: experts ? buffer('chosen', maxRows * experts.used * 2) : null,
    outputNorm: buffer('output_norm', maxRows * paddedRow(nEmbd)),
    logits: buffer('logits', maxRows * nVocab),
    nVocab,
    argmax: buffer('argmax', 2 * chains),
    topK: buffer('top_k', 2 * kTop * chains),
    kTop,
    staging: gpu.createBuffer(
      'staging',
      Math.max(4 * maxRows * nVocab, 8 * kTop * chains),
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    ),
  };
}
