import type { Gpu } from '../gpu/device.ts';
import { type Call, type Dispatch, Recorder } from '../gpu/dispatch.ts';
import { attention } from '../gpu/kernels/attention.ts';
import { getRows } from '../gpu/kernels/getRows.ts';
import { mulMat, tileWidth } from '../gpu/kernels/mulMat.ts';
import { mulMatId } from '../gpu/kernels/mulMatId.ts';
import { rmsNorm } from '../gpu/kernels/rmsNorm.ts';
import { type HeadShape, kShift, ropeStore } from '../gpu/kernels/rope.ts';
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
import type { LayerWeights, Weights } from './weights.ts';

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
}

/** The dispatches for one batch width. */
export interface WidthPlan {
  /** Embedding and layers of that many rows: all in one part, unless that were too much work for one submit. */
  readonly layers: readonly (readonly Dispatch[])[];
  /** Hidden states behind the last norm, logits, argmax and candidates of that many output rows. */
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
        prepared([headCall(inputs, rows)]),
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
    attnOutput,
    ...(ffn.kind === 'dense' ? [...ffn.gateUp, ffn.down] : [ffn.gateUp, ffn.down]),
  ]);
  return matrices.reduce((sum, { n, k }) => sum + n * k, 0);
}

function splitEvenly<T>(list: readonly T[], nParts: number): T[][] {
  const length = Math.ceil(list.length / nParts);
  return Array.from({ length: Math.ceil(list.length / length) }, (_, i) =>
    list.slice(i * length, (i + 1) * length),
  );
}

function layerCalls(inputs: PlanInputs, rows: number): Call[] {
  const { weights, state } = inputs;
  const { tokenEmbd } = weights;
  const embedding: Call = {
    spec: getRows({ weight: tokenEmbd.type, blocks: tokenEmbd.blocks, rows }),
    buffers: [state.step, tokenEmbd.quants, tokenEmbd.scales, state.argmax, state.x],
  };
  const layers = weights.layers.flatMap((layer, index) => [
    norm(inputs, rows, state.x, layer.attnNorm, state.xNorm),
    ...stackedProducts(inputs, rows, layer.qkv, state.qkv, state.qkvStride),
    ...attentionCalls(inputs, rows, index),
    residualProduct(inputs, rows, layer.attnOutput, state.attn),
    norm(inputs, rows, state.x, layer.ffnNorm, state.xNorm),
    ...ffnCalls(inputs, rows, layer),
  ]);
  return [embedding, ...layers];
}

function norm(
  { config, state, tuning }: PlanInputs,
  rows: number,
  src: GPUBuffer,
  weight: GPUBuffer,
  dst: GPUBuffer,
): Call {
  const kPadded = paddedRow(config.nEmbd);
  return {
    spec: rmsNorm({ k: config.nEmbd, kPadded, eps: config.rmsEps, rows }, tuning),
    buffers: [state.step, src, weight, dst],
  };
}

/** Matrices over the same input whose results lie side by side in each row of `dst`. */
function stackedProducts(
  { state, tuning }: PlanInputs,
  rows: number,
  matrices: readonly Matrix[],
  dst: GPUBuffer,
  dstStride: number,
): Call[] {
  let dstOffset = 0;
  return matrices.map(matrix => {
    const { type: weight, blocks, n } = matrix;
    const spec = mulMat({ weight, blocks, n, rows, dstStride, dstOffset, epilogue: 'store' }, tuning);
    dstOffset += n;
    return { spec, buffers: [state.step, matrix.quants, matrix.scales, state.xNorm, dst] };
  });
}

/** A product that is added to the residual stream. */
function residualProduct(
  { config, state, tuning }: PlanInputs,
  rows: number,
  matrix: Matrix,
  src: GPUBuffer,
): Call {
  const { type: weight, blocks, n } = matrix;
  const dstStride = paddedRow(config.nEmbd);
  return {
    spec: mulMat({ weight, blocks, n, rows, dstStride, epilogue: 'add' }, tuning),
    buffers: [state.step, matrix.quants, matrix.scales, src, state.x],
  };
}

function headShape({ config, cache }: PlanInputs): HeadShape {
  const { nHead, nKvHead, headDim, nRot } = config;
  // GGUF's llama weights are permuted so that rotation pairs are neighbours.
  return { nHead, nKvHead, headDim, nRot, layout: 'norm', cache: cache.type };
}

function attentionCalls(inputs: PlanInputs, rows: number, layer: number): Call[] {
  const { state, cache } = inputs;
  const shape = headShape(inputs);
  const { k, v } = cache.layers[layer];
  return [
    {
      spec: ropeStore({ ...shape, rows, stride: state.qkvStride }),
      buffers: [state.step, state.ropeTable, state.qkv, k, v],
    },
    {
      spec: attention({ ...shape, rows, srcStride: state.qkvStride, dstStride: state.attnStride }),
      buffers: [state.step, state.qkv, k, v, state.attn],
    },
  ];
}

function ffnCalls(inputs: PlanInputs, rows: number, { ffn }: LayerWeights): Call[] {
  switch (ffn.kind) {
    case 'dense':
      return [
        ...gatedProduct(inputs, rows, ffn.gateUp),
        residualProduct(inputs, rows, ffn.down, inputs.state.ffn),
      ];
    case 'experts': {
      const { state, config, tuning } = inputs;
      const { experts, nFf, nEmbd } = config;
      assert(experts !== null && state.chosen !== null, 'experts without their configuration');
      const { step, chosen } = state;
      const counts = { nExperts: experts.count, nUsed: experts.used, rows };
      const { gateInp, gateUp, down } = ffn;
      return [
        {
          spec: router({ weight: gateInp.type, blocks: gateInp.blocks, ...counts }),
          buffers: [step, gateInp.quants, gateInp.scales, state.xNorm, chosen],
        },
        {
          spec: mulMatId(
            {
              stage: 'gate_up',
              weight: gateUp.type,
              blocks: gateUp.blocks,
              n: nFf,
              ...counts,
              dstStride: state.ffnStride,
            },
            tuning,
          ),
          buffers: [step, gateUp.quants, gateUp.scales, state.xNorm, state.ffn, chosen],
        },
        {
          spec: mulMatId(
            {
              stage: 'down',
              weight: down.type,
              blocks: down.blocks,
              n: nEmbd,
              ...counts,
              dstStride: paddedRow(nEmbd),
            },
            tuning,
          ),
          buffers: [step, down.quants, down.scales, state.ffn, state.x, chosen],
        },
      ];
    }
  }
}

/** silu(gate · x) * (up · x) into the ffn rows: one fused product where gate and up are one matrix. */
function gatedProduct(inputs: PlanInputs, rows: number, gateUp: readonly Matrix[]): Call[] {
  const { state, config, tuning } = inputs;
  const { nFf } = config;
  if (gateUp.length === 1) {
    const [{ type: weight, blocks, quants, scales }] = gateUp;
    const spec = mulMat(
      { weight, blocks, n: nFf, rows, dstStride: state.ffnStride, epilogue: 'swiglu' },
      tuning,
    );
    return [{ spec, buffers: [state.step, quants, scales, state.xNorm, state.ffn] }];
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

function headCall({ weights: { output }, state, tuning }: PlanInputs, rows: number): Call {
  return {
    spec: mulMat(
      {
        weight: output.type,
        blocks: output.blocks,
        n: output.n,
        rows,
        dstStride: output.n,
        epilogue: 'store',
        outputRows: true,
      },
      tuning,
    ),
    buffers: [state.step, output.quants, output.scales, state.outputNorm, state.logits],
  };
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
