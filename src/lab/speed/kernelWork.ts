import { attention, attentionSplits, partialValues } from '../../gpu/kernels/attention.ts';
import { deferredStride } from '../../gpu/kernels/deferredNorm.ts';
import { getRows } from '../../gpu/kernels/getRows.ts';
import type { HeadShape } from '../../gpu/kernels/heads.ts';
import { mulMat } from '../../gpu/kernels/mulMat.ts';
import { mulMatId } from '../../gpu/kernels/mulMatId.ts';
import { rmsNorm } from '../../gpu/kernels/rmsNorm.ts';
import { argmax, topK } from '../../gpu/kernels/sampling.ts';
import { swiglu } from '../../gpu/kernels/swiglu.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import type { BindingData } from '../../harness/kernelCase.ts';
import { caseId } from '../../harness/kernelCase.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { repackedLayout } from '../../quant/repack.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { bitsOf, plainStep, stepBuffer } from '../../selftest/inputs.ts';
import { PAGE_POSITIONS, pagesFor } from '../../util/kvPage.ts';
import { alignUp } from '../../util/math.ts';
import { ropeTable } from '../../util/ropeTable.ts';

/** A kernel at a size that models have, to be timed. */
export interface KernelWork {
  readonly id: string;
  /** Bytes that it has to read and write, and operations it has to do, a fused multiply-add being two. */
  readonly bytes: number;
  readonly flops: number;
  readonly make: (tuning: Tuning) => { readonly spec: KernelSpec; readonly bindings: readonly BindingData[] };
}

/** Width of a small model's layers, of its feed-forward and of its vocabulary. */
const WIDTH = 2048;
const N_FF = 5632;
const N_VOCAB = 32000;
const HEADS: HeadShape = { nHead: 32, nKvHead: 4, headDim: 64, nRot: 64, cache: 'f16' };
const EPS = 1e-5;
/** Two halves of 1/16: as scales, as values of any float type and as quants of any other they are harmless. */
const HALVES = 0x2c002c00;

/** Every kernel that a model spends its time in. The types that most models have come first. */
export const KERNEL_WORKS: readonly KernelWork[] = [
  ...WEIGHT_TYPES.map(weight => product(weight, 1)),
  ...[4, 16].map(rows => product('Q4_0', rows)),
  experts('Q4_0', 1),
  attentionAt(512, 'f16'),
  attentionAt(512, 'f32'),
  qkv('Q4_0'),
  norm(),
  gate(),
  embed('Q4_0'),
  ...(['argmax', 'top_k'] as const).map(choose),
];

function weights(type: WeightType, k: number, n: number) {
  const { quantsBytes, scalesBytes, blocksPerRow } = repackedLayout(type, k, n);
  return {
    blocks: blocksPerRow,
    bytes: quantsBytes + scalesBytes,
    quants: () => new Uint32Array(quantsBytes / 4).fill(type === 'F32' ? bitsOf(1 / 16) : HALVES),
    scales: () => new Uint32Array(Math.max(4, scalesBytes / 4)).fill(HALVES),
  };
}

function product(weight: WeightType, rows: number): KernelWork {
  const [k, n] = [WIDTH, WIDTH];
  const { blocks, bytes, quants, scales } = weights(weight, k, n);
  return {
    id: caseId('mul_mat', { weight, rows, n, k }),
    bytes: bytes + 4 * rows * (k + n),
    flops: 2 * rows * n * k,
    make: tuning => ({
      spec: mulMat({ weight, blocks, n, rows, epilogue: { kind: 'store', dstStride: n } }, tuning),
      bindings: [
        plainStep(rows),
        quants(),
        scales(),
        randomValues(alignUp(rows, 16) * k, 1),
        new Float32Array(alignUp(rows, 16) * n),
      ],
    }),
  };
}

function experts(weight: WeightType, rows: number): KernelWork {
  const [k, n, nExperts, nUsed] = [WIDTH, 512, 8, 2];
  const { blocks, bytes, quants, scales } = weights(weight, k, 2 * nExperts * n);
  return {
    id: caseId('mul_mat_id', { stage: 'gate_up', weight, rows, n, k, nExperts, nUsed }),
    bytes: (bytes * nUsed) / nExperts + 4 * rows * (deferredStride(k) + nUsed * n),
    flops: 2 * rows * nUsed * 2 * n * k,
    make: tuning => ({
      spec: mulMatId(
        {
          stage: { kind: 'gate_up', norm: { k, eps: EPS } },
          dst: { dstStride: n, dstOffset: 0 },
          ...{ weight, blocks, n, nExperts, nUsed, rows },
        },
        tuning,
      ),
      bindings: [
        plainStep(rows),
        quants(),
        scales(),
        randomValues(rows * deferredStride(k), 2).map(Math.abs),
        new Float32Array(rows * nUsed * n),
        Uint32Array.of(1, bitsOf(0.5), 6, bitsOf(0.5)),
      ],
    }),
  };
}

/** A step of one row at the last of `depth` positions. */
function stepAt(depth: number) {
  const pages = Array.from({ length: pagesFor(depth) }, (_, page) => page);
  return stepBuffer([{ position: depth - 1 }], [0], [pages]);
}

function cache(depth: number, { nKvHead, headDim, cache: type }: HeadShape): BindingData {
  const values = pagesFor(depth) * PAGE_POSITIONS * nKvHead * headDim;
  return type === 'f32' ? randomValues(values, 3) : new Uint32Array(values / 2).fill(HALVES);
}

function attentionAt(depth: number, type: HeadShape['cache']): KernelWork {
  const shape = { ...HEADS, cache: type };
  const { nHead, nKvHead, headDim } = shape;
  const nRead = 2 * depth * nKvHead * headDim;
  return {
    id: caseId('attention', { cache: type, depth, nHead, nKvHead, headDim }),
    bytes: nRead * (type === 'f16' ? 2 : 4) + 8 * nHead * headDim,
    flops: 4 * depth * nHead * headDim,
    make: tuning => {
      const splits = attentionSplits(depth, tuning);
      const size = splits > 1 ? partialValues(shape, splits) : nHead * headDim;
      return {
        spec: attention({ ...shape, rows: 1, nCtx: depth, dstStride: nHead * headDim }, tuning),
        bindings: [
          stepAt(depth),
          randomValues(nHead * headDim, 4),
          cache(depth, shape),
          cache(depth, shape),
          new Float32Array(size),
        ],
      };
    },
  };
}

/** Queries, keys and values in one product, which ends with rope and in the cache. */
function qkv(weight: WeightType): KernelWork {
  const { nHead, nKvHead, headDim, nRot } = HEADS;
  const k = WIDTH;
  const n = (nHead + 2 * nKvHead) * headDim;
  const { blocks, bytes, quants, scales } = weights(weight, k, n);
  return {
    id: caseId('mul_mat', { epilogue: 'qkv', weight, rows: 1, n, k }),
    bytes: bytes + 4 * (k + nHead * headDim + nRot) + 2 * 2 * nKvHead * headDim,
    flops: 2 * n * k + 3 * (nHead + nKvHead) * nRot,
    make: tuning => ({
      spec: mulMat({ weight, blocks, n, rows: 1, epilogue: { kind: 'qkv', heads: HEADS, first: 0 } }, tuning),
      bindings: [
        stepAt(PAGE_POSITIONS),
        quants(),
        scales(),
        randomValues(16 * k, 5),
        new Float32Array(nHead * headDim),
        ropeTable(PAGE_POSITIONS, { nRot, base: 10_000 }),
        cache(PAGE_POSITIONS, HEADS),
        cache(PAGE_POSITIONS, HEADS),
      ],
    }),
  };
}

function norm(): KernelWork {
  const k = WIDTH;
  return {
    id: caseId('rms_norm', { k, rows: 1 }),
    bytes: 4 * 3 * k,
    flops: 4 * k,
    make: tuning => ({
      spec: rmsNorm({ k, kPadded: k, eps: EPS, rows: 1 }, tuning),
      bindings: [plainStep(1), randomValues(k, 6), randomValues(k, 7), new Float32Array(k)],
    }),
  };
}

function gate(): KernelWork {
  const n = N_FF;
  return {
    id: caseId('swiglu', { n, rows: 1 }),
    bytes: 4 * 3 * n,
    flops: 5 * n,
    make: () => ({
      spec: swiglu({ n, rows: 1, srcStride: 2 * n, dstStride: n }),
      bindings: [plainStep(1), randomValues(2 * n, 8), new Float32Array(n)],
    }),
  };
}

function embed(weight: WeightType): KernelWork {
  const k = WIDTH;
  const { blocks, bytes, quants, scales } = weights(weight, k, 1);
  const stride = deferredStride(k);
  return {
    id: caseId('get_rows', { weight, k, rows: 1 }),
    bytes: bytes + 4 * (2 * k + stride),
    flops: 3 * k,
    make: () => ({
      spec: getRows({ weight, blocks, n: 1, rows: 1 }),
      bindings: [
        plainStep(1),
        quants(),
        scales(),
        new Float32Array(k),
        randomValues(k, 9),
        new Float32Array(stride),
        Uint32Array.of(0),
      ],
    }),
  };
}

function choose(kernel: 'argmax' | 'top_k'): KernelWork {
  const [nVocab, k] = [N_VOCAB, 64];
  const shape = { nVocab, stride: nVocab, outputs: 1 };
  return {
    id: caseId(kernel, { nVocab, rows: 1 }),
    bytes: 4 * nVocab,
    flops: 0,
    make: tuning => ({
      spec: kernel === 'argmax' ? argmax(shape, tuning) : topK({ ...shape, k }, tuning),
      bindings: [plainStep(1), randomValues(nVocab, 10, 10), new Uint32Array(2 * k)],
    }),
  };
}
