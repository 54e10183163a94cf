import type { HeadShape } from '../../gpu/kernels/heads.ts';
import { type MulMatEpilogue, type MulMatShape, mulMat } from '../../gpu/kernels/mulMat.ts';
import { repackedLayout } from '../../quant/repack.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { assertNever } from '../../util/assert.ts';
import { alignUp } from '../../util/math.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck, type Setup } from '../check.ts';
import { awkwardK, blocksOf } from '../inputs.ts';
import { getRowsCases } from './getRows.ts';
import { headShapes, usualHeads } from './heads.ts';
import { setUpGated, setUpProduct } from './products.ts';
import { setUpQkv } from './qkv.ts';

export const mulMatCheck = kernelCheck({
  kernel: mulMat,
  usual: { scale: 1 },
  setUp(batch): Setup {
    const { epilogue } = batch.parameters;
    switch (epilogue.kind) {
      case 'store':
      case 'accumulate':
      case 'add':
        return setUpProduct(batch, epilogue);
      case 'swiglu':
        return setUpGated(batch, epilogue);
      case 'qkv':
        return setUpQkv(batch, epilogue);
      default:
        return assertNever(epilogue);
    }
  },
});

type Axes = {
  weight: WeightType;
  rows: number;
  n: number;
  k: number;
  epilogue: 'store' | 'accumulate' | 'add' | 'swiglu';
  /** Whether the norm of src is deferred. */
  normed: boolean;
  scale: number;
  outputRows?: true;
  /** With add: number of values of a row of the residual stream before and after those of this part. */
  nBefore?: number;
  nBehind?: number;
  bias?: true;
  /** Factor of the products. */
  factor?: number;
  softcap?: number;
  activation?: 'silu' | 'gelu' | 'relu2';
  /** With accumulate. */
  gate?: true;
  /** Weight rows of a group. */
  groupRows?: number;
};

const usual: Axes = {
  weight: 'Q4_0',
  rows: 1,
  n: 24,
  k: 256,
  epilogue: 'store',
  normed: false,
  scale: 1,
};
const epilogues = ['store', 'add', 'swiglu'] as const;

/**
 * A row of dst has n + 5 values and its results begin at 2, so that offset and stride matter; with add they are part of a longer
 * row.
 */
function epilogueOf(axes: Axes): MulMatEpilogue {
  const {
    epilogue: kind,
    n,
    nBefore = 0,
    nBehind = 0,
    bias,
    factor: scale,
    softcap,
    activation,
    gate,
  } = axes;
  const dst = { dstStride: n + 5, dstOffset: 2 };
  const biased = { ...(bias && { bias }), ...(scale !== undefined && { scale }) };
  switch (kind) {
    case 'store':
      return {
        kind,
        ...dst,
        ...biased,
        ...(softcap !== undefined && { softcap }),
        ...(activation && { activation }),
      };
    case 'accumulate':
      return { kind, ...dst, ...(gate && { gate }) };
    case 'add':
      return { kind, dstStride: alignUp(nBefore + n + nBehind, 32), dstOffset: nBefore, ...biased };
    case 'swiglu':
      return {
        kind,
        ...dst,
        ...(bias && { bias: { up: n + 4 } }),
        ...(activation === 'gelu' && { activation }),
      };
    default:
      return assertNever(kind);
  }
}

/** The heads of a src row lie 8 values apart from each other and from both ends. */
function groupsOf({ n, k, groupRows: rows }: Axes): Pick<MulMatShape, 'groups'> {
  if (rows === undefined) return {};
  return { groups: { rows, srcOffset: 8, srcStride: k + 8, rowStride: 8 + (n / rows) * (k + 8) } };
}

/** Features of models other than llama. */
function otherCases(): Partial<Axes>[] {
  return [
    { bias: true, n: 23, rows: 3 },
    { bias: true, n: 7, rows: 2, normed: true, scale: 1e2, activation: 'gelu' },
    { activation: 'gelu', scale: 0.3, rows: 3 },
    { bias: true, rows: 5, activation: 'relu2' },
    { activation: 'silu', rows: 2 },
    { bias: true, rows: 5, normed: true, outputRows: true, factor: 0.3, softcap: 5 },
    { rows: 2, softcap: 30, scale: 1e4 },
    // tanh must keep its digits here.
    { rows: 2, softcap: 3000 },
    { epilogue: 'accumulate', rows: 3, n: 23 },
    { epilogue: 'accumulate', rows: 5, n: 7, gate: true },
    { epilogue: 'swiglu', rows: 5, n: 7, normed: true, activation: 'gelu', bias: true },
    { epilogue: 'swiglu', rows: 2, n: 40, bias: true },
    { epilogue: 'add', rows: 5, n: 28, nBefore: 12, nBehind: 5, bias: true, factor: 0.22 },
    // Groups whose weights are not whole blocks.
    { weight: 'F16', k: 24, n: 16, groupRows: 8, rows: 3 },
    { k: 64, n: 72, groupRows: 12, rows: 5 },
  ];
}

/** Products of many rows, which have a mapping of their own on GPUs: every type, every epilogue, and tails of all sizes. */
function manyRows(): Axes[] {
  return [
    ...WEIGHT_TYPES.map(weight => ({ ...usual, weight, k: awkwardK(weight), n: 7, rows: 17 })),
    ...vary(
      usual,
      { rows: [31, 32, 65], n: [65] },
      { n: [33, 70], k: [1056], rows: [34] },
      { rows: [34], normed: [true], n: [37], epilogue: ['store', 'swiglu'] },
      { rows: [34], normed: [true], outputRows: [true] },
    ),
    ...[
      { epilogue: 'add', nBefore: 12, nBehind: 5, bias: true, factor: 0.22 },
      { epilogue: 'accumulate', gate: true },
      { epilogue: 'swiglu', activation: 'gelu', bias: true },
      { bias: true, softcap: 5, activation: 'silu' },
    ].map(options => ({ ...usual, rows: 34, n: 68, ...options }) as Axes),
    // Groups of more and of fewer weight rows than a tile has.
    { ...usual, k: 64, n: 216, groupRows: 72, rows: 34 },
    { ...usual, k: 64, n: 72, groupRows: 12, rows: 34 },
  ];
}

export const mulMatCases = kernelCases(mulMatCheck, () => ({
  usual,
  cases: [
    // Every type once, and a few with one row: unpacking is the same text at every width, and each width is a pipeline.
    ...vary<Axes>(usual, { weight: ['F32', 'Q4_0', 'Q4_1', 'Q5_1'] }),
    ...WEIGHT_TYPES.map(weight => ({ ...usual, weight, k: awkwardK(weight), n: 7, rows: 3 })),
    ...vary(
      usual,
      { rows: [2, 3, 4, 5, 8, 11, 16, 17, 33] },
      { n: [1, 63, 64, 65, 300] },
      { n: [3, 5, 129], rows: [5] },
      { epilogue: epilogues, rows: [1, 6, 16], n: [40] },
    ),
    ...epilogues.map(epilogue => ({ ...usual, epilogue, rows: 3, n: 7, normed: epilogue !== 'add' })),
    ...vary<Axes>(
      usual,
      { rows: [1, 7, 16], n: [33], normed: [true] },
      { weight: ['F32'], k: [172], rows: [2], normed: [true] },
      { k: [4096], n: [6], rows: [2], normed: [true] },
      { weight: ['F32', 'Q4_0', 'Q8_0'], scale: [1e4], rows: [2] },
      // Scales that are subnormal halves.
      { weight: ['Q6_K', 'IQ4_XS'], scale: [0.02], rows: [2] },
      { rows: [5], normed: [true, false], outputRows: [true] },
    ),
    ...[
      { nBefore: 0, nBehind: 28 },
      { nBefore: 12, nBehind: 5 },
      { nBefore: 36, nBehind: 0 },
    ].flatMap(part => vary({ ...usual, n: 28, ...part }, { epilogue: ['add'], rows: [1, 5] })),
    ...vary<Axes>(usual, { weight: ['F32'], k: [1], n: [1] }, { weight: ['F16'], k: [1], n: [3], rows: [2] }),
    ...otherCases().map(axes => ({ ...usual, ...axes })),
    ...manyRows(),
  ],
  parameters: axes => ({
    ...{ weight: axes.weight, blocks: blocksOf(axes.k), n: axes.n, rows: axes.rows },
    ...(axes.normed && { norm: { k: axes.k, eps: 1e-5 } }),
    outputRows: axes.outputRows ?? false,
    epilogue: epilogueOf(axes),
    ...groupsOf(axes),
  }),
  inputs: ({ scale }) => ({ scale }),
  seconds: 0.14,
  timed: [
    ...WEIGHT_TYPES.map(weight => ({ weight, rows: 1, n: 2048, k: 2048 })),
    ...[4, 16, 64].map(rows => ({ weight: 'Q4_0' as const, rows, n: 2048, k: 2048 })),
  ],
  // The output of a small model with a large vocabulary.
  timedLong: [{ weight: 'Q4_0', rows: 1, n: 151_936, k: 1024 }],
  readsMemory: true,
  cost: ({ weight, rows, n, k }) => {
    const { quantsBytes, scalesBytes } = repackedLayout(weight, k, n);
    return { bytes: quantsBytes + scalesBytes + 4 * rows * (k + n), flops: 2 * rows * n * k };
  },
  faults: idOf => [
    {
      id: 'scale-offset',
      fault: 'Q4_1 reads the scale of the next block',
      change: {
        file: 'lib/weight_Q4_1.wgsl',
        from: 'scales_of(b, 0u, 1u)',
        to: 'scales_of(b + BLOCK_STRIDE, 0u, 1u)',
      },
      tuning: 'software',
      caught: { id: idOf({ weight: 'Q4_1', rows: 1 }) },
      spared: idOf({ weight: 'Q5_1', rows: 1 }),
    },
    {
      id: 'subgroup-of-32',
      fault: 'a subgroup is taken to have 32 invocations',
      change: {
        file: 'lib/block_products.wgsl',
        from: 'let low{m} = subgroupShuffle(lows{m}, i);',
        to: 'let low{m} = subgroupShuffle(lows{m}, 28u + i);',
      },
      tuning: 'subgroups',
      caught: { id: idOf({ weight: 'Q4_0', rows: 4 }) },
      spared: getRowsCases.idOf({ weight: 'Q4_0', rows: 5 }),
      harmlessAt: 32,
    },
  ],
}));

type QkvAxes = HeadShape & {
  epilogue: 'qkv';
  /** All in one matrix, or keys and values in a separate one. */
  of: 'qkv' | 'kv';
  rows: number;
  scale: number;
  k?: number;
};

const usualQkv: QkvAxes = { epilogue: 'qkv', of: 'qkv', ...usualHeads, rows: 8, scale: 1 };
const modelHeads: HeadShape = { nHead: 32, nKvHead: 4, headDim: 64, nRot: 64, cache: 'f16' };

export const qkvCases = kernelCases(mulMatCheck, () => ({
  usual: usualQkv,
  cases: [
    ...headShapes().map(heads => ({ ...usualQkv, ...heads })),
    ...vary(usualQkv, { rows: [1, 2, 3, 34] }),
    // Beyond the largest f16: the cache saturates.
    ...vary(usualQkv, { cache: ['f16'], rows: [4], scale: [1e4] }),
  ].flatMap(axes => vary(axes, { of: ['qkv', 'kv'] })),
  parameters: ({ of, nHead, nKvHead, headDim, nRot, cache, rows, k = 96 }): MulMatShape => {
    const first = of === 'qkv' ? 0 : nHead * headDim;
    const n = (nHead + 2 * nKvHead) * headDim - first;
    const heads = { nHead, nKvHead, headDim, nRot, cache };
    return { weight: 'Q4_0', blocks: blocksOf(k), n, rows, epilogue: { kind: 'qkv', heads, first } };
  },
  inputs: ({ scale }) => ({ scale }),
  seconds: 0.14,
  timed: [{ epilogue: 'qkv', ...modelHeads, rows: 1, k: 2048 }],
  readsMemory: true,
  cost: ({ nHead, nKvHead, headDim, nRot, k = 0 }) => {
    const n = (nHead + 2 * nKvHead) * headDim;
    const { quantsBytes, scalesBytes } = repackedLayout('Q4_0', k, n);
    return {
      bytes: quantsBytes + scalesBytes + 4 * (k + nHead * headDim + nRot) + 2 * 2 * nKvHead * headDim,
      flops: 2 * n * k + 3 * (nHead + nKvHead) * nRot,
    };
  },
  faults: idOf => [
    {
      id: 'f16-overflow',
      fault: 'what is too large for a half is stored in the cache as it is',
      change: {
        file: 'lib/kv_cache.wgsl',
        from: 'clamp(value, vec4<f32>(-65504.0), vec4<f32>(65504.0))',
        to: 'value',
      },
      tuning: 'software',
      caught: { id: idOf({ of: 'qkv', cache: 'f16', scale: 1e4 }) },
      spared: idOf({ of: 'qkv', nHead: 4, headDim: 16, cache: 'f16', scale: 1 }),
    },
  ],
}));
