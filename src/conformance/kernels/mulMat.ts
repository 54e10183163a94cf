import { deferredStride } from '../../gpu/kernels/deferredNorm.ts';
import type { HeadShape } from '../../gpu/kernels/heads.ts';
import { type MulMatEpilogue, type MulMatShape, mulMat } from '../../gpu/kernels/mulMat.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { repackedLayout } from '../../quant/repack.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { mulMat as twin } from '../../reference/mulMat.ts';
import { mulMatSwiglu } from '../../reference/mulMatSwiglu.ts';
import { assertNever } from '../../util/assert.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { kernelCases, vary } from '../cases.ts';
import { type Batch, kernelCheck, type Setup } from '../check.ts';
import { dense, floats, output, rowsOf } from '../contents.ts';
import {
  activations,
  awkwardK,
  blocksOf,
  computedRows,
  gathered,
  gatheredStep,
  numbers,
  weightRows,
} from '../inputs.ts';
import { getRowsCases } from './getRows.ts';
import { headShapes, usualHeads } from './heads.ts';
import { setUpQkv } from './qkv.ts';
import { ontoResidual } from './residual.ts';

type Epilogue = Exclude<MulMatEpilogue, { readonly kind: 'qkv' }>;

export const mulMatCheck = kernelCheck({
  kernel: mulMat,
  usual: { scale: 1 },
  setUp(batch): Setup {
    const { epilogue } = batch.parameters;
    switch (epilogue.kind) {
      case 'store':
      case 'accumulate':
      case 'swiglu':
      case 'add':
        return setUpProduct(batch, epilogue);
      case 'qkv':
        return setUpQkv(batch, epilogue);
      default:
        return assertNever(epilogue);
    }
  },
});

function setUpProduct(
  { parameters, spec, rows, inputs: { scale }, isWhole }: Batch<MulMatShape, { readonly scale: number }>,
  epilogue: Epilogue,
): Setup {
  const { weight, blocks, n: N, norm, outputRows = false } = parameters;
  const k = 32 * blocks;
  const { kind, dstStride, dstOffset = 0 } = epilogue;
  const isSwiglu = kind === 'swiglu';
  const { n, groups } = computedRows(N, spec, isWhole);
  const range = { n, isWhole, scale };
  const matrix = isSwiglu
    ? weightRows(weight, k, 2 * N, { ...range, starts: [0, N] })
    : weightRows(weight, k, N, range);
  // Small enough for the exponential of silu.
  const { src, x } = activations(k, rows, norm, isSwiglu ? 0.2 : scale);
  const outputs = outputRows ? gathered(rows.length) : numbers(rows.length);
  // Without a norm the rows are packed as the outputs are.
  const given = [
    dense(gatheredStep(outputs)),
    ...matrix.contents,
    outputRows && norm ? placedRows(src, outputs, deferredStride(norm.k)) : rowsOf(src, src[0].length),
  ];
  const grid: Setup['grid'] = ({ tile }) => [groups, ceilDiv(rows.length, tile), 1];
  if (kind === 'add') {
    const before = rows.map(row => randomValues(n, 100 + row, scale));
    const { bindings, results } = ontoResidual(epilogue, before);
    const sums = () => {
      const [values] = matrix.values();
      return x.map((row, i) => twin(values, row, n, k, { residual: before[i] }));
    };
    return { bindings: [...given, ...bindings], grid, results: () => results(sums()) };
  }
  // Whole tiles, so that a row too many shows.
  const dst = output(alignUp(rows.length, spec.tile) * dstStride + dstOffset);
  return {
    bindings: [...given, dst],
    grid,
    results: () => {
      const [values, ups] = matrix.values();
      return x.map((row, i) => {
        const product = isSwiglu ? mulMatSwiglu(values, ups, row, n, k) : twin(values, row, n, k);
        return [floats(dst, i * dstStride + dstOffset, product)];
      });
    },
  };
}

/** Rows of `stride` values at these places of a batch. */
function placedRows(rows: readonly Float32Array<ArrayBuffer>[], places: readonly number[], stride: number) {
  const stretches = rows.map((words, i) => ({ at: places[i] * stride, words }));
  return { size: (1 + Math.max(...places)) * stride, stretches };
}

type Axes = {
  weight: WeightType;
  rows: number;
  n: number;
  k: number;
  epilogue: 'store' | 'add' | 'swiglu';
  /** The norm of src is deferred. */
  normed: boolean;
  scale: number;
  outputRows?: true;
  /** With add: values of a row of the residual stream before and behind those of this part. */
  nBefore?: number;
  nBehind?: number;
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

/** A row of dst begins at 2 of n + 5 values, so that offset and stride matter; with add it is a part of a longer one. */
function destinationOf({ epilogue: kind, n, nBefore = 0, nBehind = 0 }: Axes) {
  if (kind !== 'add') return { kind, dstStride: n + 5, dstOffset: 2 };
  return { kind, dstStride: alignUp(nBefore + n + nBehind, 32), dstOffset: nBefore };
}

export const mulMatCases = kernelCases(mulMatCheck, () => ({
  usual,
  cases: [
    ...vary(usual, { weight: WEIGHT_TYPES }),
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
      { rows: [5], normed: [true], outputRows: [true] },
    ),
    ...[
      { nBefore: 0, nBehind: 28 },
      { nBefore: 12, nBehind: 5 },
      { nBefore: 36, nBehind: 0 },
    ].flatMap(part => vary({ ...usual, n: 28, ...part }, { epilogue: ['add'], rows: [1, 5] })),
    ...vary<Axes>(usual, { weight: ['F32'], k: [1], n: [1] }, { weight: ['F16'], k: [1], n: [3], rows: [2] }),
  ],
  parameters: axes => ({
    ...{ weight: axes.weight, blocks: blocksOf(axes.k), n: axes.n, rows: axes.rows },
    ...(axes.normed && { norm: { k: axes.k, eps: 1e-5 } }),
    outputRows: axes.outputRows ?? false,
    epilogue: destinationOf(axes),
  }),
  inputs: ({ scale }) => ({ scale }),
  seconds: 0.14,
  timed: [
    ...WEIGHT_TYPES.map(weight => ({ weight, rows: 1, n: 2048, k: 2048 })),
    ...[4, 16].map(rows => ({ weight: 'Q4_0' as const, rows, n: 2048, k: 2048 })),
  ],
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
        from: 'unpack2x16float(scales[b])',
        to: 'unpack2x16float(scales[b + 1u])',
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
  /** All in one matrix, or keys and values in one of their own. */
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
    ...vary(usualQkv, { rows: [1, 2, 3] }),
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
