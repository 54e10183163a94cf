import type { Gpu } from '../gpu/device.ts';
import { type Call, type Dispatch, Recorder } from '../gpu/dispatch.ts';
import {
  type AttentionShape,
  attention,
  attentionCombine,
  attentionSplits,
} from '../gpu/kernels/attention.ts';
import type { DeferredNorm } from '../gpu/kernels/deferredNorm.ts';
import { getRows } from '../gpu/kernels/getRows.ts';
import type { HeadShape } from '../gpu/kernels/heads.ts';
import { kShift } from '../gpu/kernels/kShift.ts';
import { mulMat, tileWidth } from '../gpu/kernels/mulMat.ts';
import { mulMatId } from '../gpu/kernels/mulMatId.ts';
import { rmsNorm } from '../gpu/kernels/rmsNorm.ts';
import { router } from '../gpu/kernels/router.ts';
import { advance as advanceKernel, argmax, topK } from '../gpu/kernels/sampling.ts';
import { swiglu } from '../gpu/kernels/swiglu.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import type { Tuning } from '../gpu/tuning.ts';
import { assert } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';
import type { ModelConfig } from './config.ts';
import type { KvCache } from './kvCache.ts';
import type { Matrix } from './matrix.ts';
import { paddedRow, type RunState } from './runState.ts';
import { isFused, type LayerWeights, type Weights } from './weights.ts';

/**
 * Multiply-adds in one submit: an operating system may reset a GPU that is busy with one for two seconds, and a slow one
 * does some 10^11 in that time.
 */
const MAX_MACS_PER_SUBMIT = 1e11;

/** Everything a model needs to describe its dispatches. */
export interface PlanInputs {
  readonly config: ModelConfig;
  readonly weights: Weights;
  readonly cache: KvCache;
  readonly state: RunState;
  readonly tuning: Tuning;
  /** Most positions of a slot. */
  readonly nCtx: number;
}

/** The dispatches for one batch width. */
export interface WidthPlan {
  /** Embedding and layers of that many rows: all in one part, unless that were too much work for one submit. */
  readonly layers: readonly (readonly Dispatch[])[];
  /** Hidden states behind the last norm, for embeddings; logits, argmax and candidates: of that many output rows. */
  readonly hidden: readonly Dispatch[];
  readonly head: readonly Dispatch[];
  readonly argmax: readonly Dispatch[];
  readonly topK: readonly Dispatch[];
}

/** The static plan (design D2): every dispatch of every width, made at load and replayed from then on. */
export interface Plan {
  /** By width, see `planWidth`. */
  readonly widths: ReadonlyMap<number, WidthPlan>;
  /** From one draft step to the next. */
  readonly advance: readonly Dispatch[];
  readonly shift: readonly Dispatch[];
  /** Every kernel in use, once. */
  readonly kernels: readonly KernelSpec[];
  /** What `widths` was planned for. */
  readonly tuning: Tuning;
}

/** The planned width that holds `rows`: one product tile, or a whole number of the largest. */
export function planWidth(rows: number, tuning: Tuning): number {
  return alignUp(rows, tileWidth(rows, tuning));
}

/** Compiles all pipelines, asynchronously and together, and makes all bind groups. */
export async function buildPlan(gpu: Gpu, inputs: PlanInputs): Promise<Plan> {
  const { state, tuning } = inputs;
  const nWeights = layerWeights(inputs.weights);
  const recorder = new Recorder(gpu.device, gpu.pipelines);
  const prepared = (calls: readonly Call[]) => recorder.prepare(calls);
  const allWidths = new Set(Array.from({ length: state.maxRows }, (_, i) => planWidth(i + 1, tuning)));
  const widths = await Promise.all(
    [...allWidths].map(async (rows): Promise<[number, WidthPlan]> => {
      const [layers, hidden, head, argmaxOf, topKOf] = await Promise.all([
        prepared(layerCalls(inputs, rows)),
        prepared([hiddenCall(inputs, rows)]),
        prepared(headCalls(inputs, rows)),
        prepared([argmaxCall(inputs, rows)]),
        prepared([topKCall(inputs, rows)]),
      ]);
      const parts = splitEvenly(layers, Math.ceil((rows * nWeights) / MAX_MACS_PER_SUBMIT));
      return [rows, { layers: parts, hidden, head, argmax: argmaxOf, topK: topKOf }];
    }),
  );
  const advance = await prepared([advanceCall(inputs)]);
  const shift = await prepared(shiftCalls(inputs));
  return { widths: new Map(widths), advance, shift, kernels: recorder.kernels, tuning };
}

/** Values in the matrices of all layers, those of experts that a row does not use included. */
function layerWeights({ layers }: Weights): number {
  const matrices = layers.flatMap(({ qkv, attnOutput, ffn }) => [
    ...qkv,
    ...attnOutput,
    ...ffn.gateUp,
    ...ffn.down,
  ]);
  return matrices.reduce((sum, { n, nGroups, k }) => sum + n * nGroups * k, 0);
}

function splitEvenly<T>(list: readonly T[], nParts: number): T[][] {
  const length = Math.ceil(list.length / nParts);
  return Array.from({ length: Math.ceil(list.length / length) }, (_, i) =>
    list.slice(i * length, (i + 1) * length),
  );
}

/** A step up to the logits: the embedding of its rows, and the layers. */
export function layerCalls(inputs: PlanInputs, rows: number): Call[] {
  const { weights, state } = inputs;
  const { tokenEmbd, layers, outputNorm } = weights;
  const firstNorm = layers[0]?.attnNorm ?? outputNorm;
  const embedding = placed(tokenEmbd).map(
    ({ type: weight, blocks, n, quants, scales, offset: firstToken }): Call => ({
      spec: getRows({ weight, blocks, n, firstToken, rows }),
      buffers: [state.step, quants, scales, state.x, firstNorm, state.xNorm, state.argmax],
    }),
  );
  const calls = layers.flatMap((layer, index) => [
    ...qkvProducts(inputs, rows, layer.qkv, index),
    ...attentionCalls(inputs, rows, index),
    ...residualProducts(inputs, rows, layer.attnOutput, state.attn, layer.ffnNorm),
    ...ffnCalls(inputs, rows, layer, layers[index + 1]?.attnNorm ?? outputNorm),
  ]);
  return [...embedding, ...calls];
}

/** Consecutive parts of a product, each with where its first row stands among the rows of all. */
function placed(parts: readonly Matrix[]): (Matrix & { readonly offset: number })[] {
  let end = 0;
  return parts.map(part => {
    const offset = end;
    end += part.n;
    return { ...part, offset };
  });
}

/** The norm of the rows of `xNorm`. */
function deferredNorm({ config: { nEmbd: k, rmsEps: eps } }: PlanInputs): DeferredNorm {
  return { k, eps };
}

/** Queries to where attention looks for them, keys and values into the cache. */
function qkvProducts(inputs: PlanInputs, rows: number, matrices: readonly Matrix[], layer: number): Call[] {
  const { state, cache, tuning } = inputs;
  const { step, xNorm, q, ropeTable } = state;
  const { k, v } = cache.layers[layer];
  const heads = headShape(inputs);
  const norm = deferredNorm(inputs);
  let first = 0;
  return matrices.map(({ type: weight, blocks, n, quants, scales }) => {
    const spec = mulMat({ weight, blocks, n, rows, norm, epilogue: { kind: 'qkv', heads, first } }, tuning);
    first += n;
    return { spec, buffers: [step, quants, scales, xNorm, q, ropeTable, k, v] };
  });
}

/** Matrices over the normalised residual stream whose results lie side by side in each row of `dst`. */
function stackedProducts(
  inputs: PlanInputs,
  rows: number,
  matrices: readonly Matrix[],
  dst: GPUBuffer,
  dstStride: number,
): Call[] {
  const { state, tuning } = inputs;
  const norm = deferredNorm(inputs);
  return placed(matrices).map(({ type: weight, blocks, n, quants, scales, offset: dstOffset }) => {
    const epilogue = { kind: 'store', dstStride, dstOffset } as const;
    const spec = mulMat({ weight, blocks, n, rows, norm, epilogue }, tuning);
    return { spec, buffers: [state.step, quants, scales, state.xNorm, dst] };
  });
}

/** A product, in its parts, that is added to the residual stream, whose norm by `normWeight` it defers. */
function residualProducts(
  { config, state, tuning }: PlanInputs,
  rows: number,
  matrices: readonly Matrix[],
  src: GPUBuffer,
  normWeight: GPUBuffer,
): Call[] {
  const dstStride = paddedRow(config.nEmbd);
  return placed(matrices).map(({ type: weight, blocks, n, quants, scales, offset: dstOffset }) => ({
    spec: mulMat({ weight, blocks, n, rows, epilogue: { kind: 'add', dstStride, dstOffset } }, tuning),
    buffers: [state.step, quants, scales, src, state.x, normWeight, state.xNorm],
  }));
}

function headShape({ config, cache }: PlanInputs): HeadShape {
  const { nHead, nKvHead, headDim, nRot } = config;
  // GGUF's llama weights are permuted so that rotation pairs are neighbours.
  return { nHead, nKvHead, headDim, nRot, cache: cache.type };
}

function attentionCalls(inputs: PlanInputs, rows: number, layer: number): Call[] {
  const { state, cache, nCtx, tuning } = inputs;
  const { step, q, partial, attn, attnStride } = state;
  const { k, v } = cache.layers[layer];
  const shape: AttentionShape = { ...headShape(inputs), rows, nCtx, dstStride: attnStride };
  const spec = attention(shape, tuning);
  if (attentionSplits(nCtx, tuning) === 1) return [{ spec, buffers: [step, q, k, v, attn] }];
  assert(partial !== null, 'splits of attention without their buffer');
  return [
    { spec, buffers: [step, q, k, v, partial] },
    { spec: attentionCombine(shape, tuning), buffers: [step, partial, attn] },
  ];
}

function ffnCalls(inputs: PlanInputs, rows: number, { ffn }: LayerWeights, nextNorm: GPUBuffer): Call[] {
  switch (ffn.kind) {
    case 'dense':
      return [
        ...gatedProduct(inputs, rows, ffn.gateUp),
        ...residualProducts(inputs, rows, ffn.down, inputs.state.ffn, nextNorm),
      ];
    case 'experts': {
      const { state, config, tuning } = inputs;
      const { experts, nEmbd } = config;
      assert(experts !== null && state.chosen !== null, 'experts without their configuration');
      const { step, chosen, xNorm, ffn: h, x } = state;
      const counts = { nExperts: experts.count, nUsed: experts.used, rows };
      const { gateInp } = ffn;
      const norm = deferredNorm(inputs);
      return [
        {
          spec: router({ weight: gateInp.type, blocks: gateInp.blocks, norm, ...counts }),
          buffers: [step, gateInp.quants, gateInp.scales, xNorm, chosen],
        },
        ...placed(ffn.gateUp).map(({ type: weight, blocks, n, quants, scales, offset: dstOffset }) => {
          const stage = { kind: 'gate_up', norm } as const;
          const dst = { dstStride: state.ffnStride, dstOffset };
          const spec = mulMatId({ stage, weight, blocks, n, dst, ...counts }, tuning);
          return { spec, buffers: [step, quants, scales, xNorm, h, chosen] };
        }),
        ...placed(ffn.down).map(({ type: weight, blocks, n, quants, scales, offset: dstOffset }) => {
          const dst = { dstStride: paddedRow(nEmbd), dstOffset };
          const spec = mulMatId({ stage: { kind: 'down' }, weight, blocks, n, dst, ...counts }, tuning);
          return { spec, buffers: [step, quants, scales, h, x, nextNorm, xNorm, chosen] };
        }),
      ];
    }
  }
}

/** silu(gate · x) * (up · x) into the ffn rows: fused products where gate and up are groups of one matrix. */
function gatedProduct(inputs: PlanInputs, rows: number, gateUp: readonly Matrix[]): Call[] {
  const { state, config, tuning } = inputs;
  const { nFf } = config;
  if (isFused(gateUp)) {
    const norm = deferredNorm(inputs);
    return placed(gateUp).map(({ type: weight, blocks, n, quants, scales, offset: dstOffset }) => {
      const epilogue = { kind: 'swiglu', dstStride: state.ffnStride, dstOffset } as const;
      const spec = mulMat({ weight, blocks, n, rows, norm, epilogue }, tuning);
      return { spec, buffers: [state.step, quants, scales, state.xNorm, state.ffn] };
    });
  }
  assert(state.gateUp !== null, 'separate gate and up without their buffer');
  return [
    ...stackedProducts(inputs, rows, gateUp, state.gateUp, 2 * nFf),
    {
      spec: swiglu({ n: nFf, rows, srcStride: 2 * nFf, dstStride: state.ffnStride }),
      buffers: [state.step, state.gateUp, state.ffn],
    },
  ];
}

function hiddenCall({ config, weights, state, tuning }: PlanInputs, rows: number): Call {
  const { nEmbd: k, rmsEps: eps } = config;
  return {
    spec: rmsNorm({ k, kPadded: paddedRow(k), eps, rows, gather: true }, tuning),
    buffers: [state.step, state.x, weights.outputNorm, state.outputNorm],
  };
}

function headCalls(inputs: PlanInputs, rows: number): Call[] {
  const { weights, state, tuning } = inputs;
  const norm = deferredNorm(inputs);
  return placed(weights.output).map(({ type: weight, blocks, n, quants, scales, offset: dstOffset }) => {
    const epilogue = { kind: 'store', dstStride: state.nVocab, dstOffset } as const;
    const spec = mulMat({ weight, blocks, n, rows, norm, epilogue, outputRows: true }, tuning);
    return { spec, buffers: [state.step, quants, scales, state.xNorm, state.logits] };
  });
}

function argmaxCall({ state, tuning }: PlanInputs, outputs: number): Call {
  const { nVocab } = state;
  return {
    spec: argmax({ nVocab, stride: nVocab, outputs }, tuning),
    buffers: [state.step, state.logits, state.argmax],
  };
}

function topKCall({ state, tuning }: PlanInputs, outputs: number): Call {
  const { nVocab, kTop: k } = state;
  return {
    spec: topK({ nVocab, stride: nVocab, outputs, k }, tuning),
    buffers: [state.step, state.logits, state.topK],
  };
}

function advanceCall({ state }: PlanInputs): Call {
  const spec = advanceKernel({ maxOutputs: state.maxDrafts });
  return { spec, buffers: [state.step, state.argmax] };
}

function shiftCalls(inputs: PlanInputs): Call[] {
  const { state, cache } = inputs;
  const spec = kShift(headShape(inputs));
  return cache.layers.map(({ k, v }) => ({ spec, buffers: [state.shift, state.ropeTable, k, v] }));
}
