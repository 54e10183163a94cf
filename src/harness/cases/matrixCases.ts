import { chosenToken, getRows as getRowsKernel } from '../../gpu/kernels/getRows.ts';
import { mulMat as mulMatKernel, tileWidth } from '../../gpu/kernels/mulMat.ts';
import { mulMatId } from '../../gpu/kernels/mulMatId.ts';
import { router as routerKernel } from '../../gpu/kernels/router.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { getRows } from '../../reference/getRows.ts';
import { mulMat } from '../../reference/mulMat.ts';
import { mulMatIdSum, mulMatIdSwiglu } from '../../reference/mulMatId.ts';
import { mulMatSwiglu } from '../../reference/mulMatSwiglu.ts';
import { router } from '../../reference/router.ts';
import {
  awkwardK,
  bitsOf,
  padBatch,
  padRows,
  plainStep,
  stepBuffer,
  type WeightInput,
  weightInput,
} from '../../selftest/inputs.ts';
import { alignUp } from '../../util/math.ts';
import { type BindingData, caseId, type KernelCase, type KernelRun } from '../kernelCase.ts';

/** Products of a few hundred f32 terms; the weights are dequantized exactly on both sides. */
const BOUND = 1e-11;

interface ProductCase {
  readonly weight: WeightType;
  readonly rows: number;
  readonly n: number;
  readonly k: number;
  readonly epilogue: 'store' | 'add' | 'swiglu';
  readonly scale: number;
  /** The rows are the batch's output rows, of which there may be more than rows. */
  readonly outputRows?: true;
}

/** Defaults, then one axis at a time. */
function productCases(): ProductCase[] {
  const usual: ProductCase = { weight: 'Q4_0', rows: 1, n: 24, k: 256, epilogue: 'store', scale: 1 };
  const epilogues = ['store', 'add', 'swiglu'] as const;
  return [
    ...WEIGHT_TYPES.map(weight => ({ ...usual, weight })),
    ...WEIGHT_TYPES.map(weight => ({ ...usual, weight, k: awkwardK(weight), n: 7, rows: 3 })),
    ...[2, 3, 4, 5, 8, 11, 16, 17, 33].map(rows => ({ ...usual, rows })),
    ...[1, 63, 64, 65, 300].map(n => ({ ...usual, n })),
    ...epilogues.flatMap(epilogue => [1, 6, 16].map(rows => ({ ...usual, epilogue, rows, n: 40 }))),
    ...(['F32', 'Q4_0', 'Q8_0'] as const).map(weight => ({ ...usual, weight, scale: 1e4, rows: 2 })),
    { ...usual, rows: 5, outputRows: true },
    { ...usual, weight: 'F32', k: 1, n: 1 },
    { ...usual, weight: 'F16', k: 1, n: 3, rows: 2 },
  ];
}

export const mulMatCases: readonly KernelCase[] = productCases().map(parameters => ({
  id: caseId('mul_mat', { ...parameters }),
  make: tuning => {
    const { weight, rows, n, k, epilogue, scale } = parameters;
    const isSwiglu = epilogue === 'swiglu';
    const matrix = weightInput(weight, k, isSwiglu ? 2 * n : n, 1, undefined, scale);
    // Kept small where scale is large and swiglu would overflow its exponential.
    const x = randomValues(rows * k, 2, isSwiglu ? 0.2 : scale);
    const before = randomValues(rows * n, 3, scale);
    const tileRows = alignUp(rows, tileWidth(rows, tuning));
    // A row of dst begins at 2 of n + 5 values, so that offset and stride matter.
    const dstStride = n + 5;
    const dst = new Float32Array(tileRows * dstStride).fill(UNTOUCHED);
    // The rows that fill the last tile are computed too, from zeros.
    placeRows(dst, new Float32Array(tileRows * n), n, dstStride);
    if (epilogue === 'add') placeRows(dst, before, n, dstStride);
    const half = matrix.values.length / 2;
    const products = isSwiglu
      ? mulMatSwiglu(matrix.values.subarray(0, half), matrix.values.subarray(half), x, n, k)
      : mulMat(matrix.values, x, n, k, epilogue === 'add' ? before : undefined);
    const after = Float32Array.from(dst);
    placeRows(after, products, n, dstStride);
    const { outputRows = false } = parameters;
    const spec = mulMatKernel(
      { weight, blocks: matrix.blocks, n, rows, dstStride, dstOffset: 2, epilogue, outputRows },
      tuning,
    );
    const step = outputRows ? stepBuffer([{}], Array(rows).fill(0)) : plainStep(rows);
    return {
      spec,
      bindings: [step, matrix.quants, matrix.scales, padBatch(padRows(x, k), rows, tileRows), dst],
      expected: [{ binding: 4, values: after, bound: BOUND }],
    };
  },
}));

/** What dst holds beside the rows' own values, and has to keep: small beside the products. */
const UNTOUCHED = 0.25;

function placeRows(dst: Float32Array, values: Float32Array, n: number, stride: number): void {
  for (let row = 0; row * n < values.length; row++)
    dst.set(values.subarray(row * n, (row + 1) * n), row * stride + 2);
}

export const getRowsCases: readonly KernelCase[] = WEIGHT_TYPES.flatMap(weight =>
  [1, 5].map(rows => ({
    id: caseId('get_rows', { weight, rows }),
    make: () => {
      const k = awkwardK(weight);
      const nVocab = 11;
      const matrix = weightInput(weight, k, nVocab, 4);
      const tokens = Array.from({ length: rows }, (_, row) => (row * 7 + 10) % nVocab);
      const embeddings = getRows(matrix.values, k, tokens);
      return {
        spec: getRowsKernel({ weight, blocks: matrix.blocks, rows }),
        bindings: [
          // Every other token is one that an earlier step chose.
          stepBuffer(
            tokens.map((token, row) => ({ token: row % 2 === 1 ? chosenToken(rows - row) : token })),
          ),
          matrix.quants,
          matrix.scales,
          Uint32Array.from([0, ...tokens.slice(1).reverse()]),
          new Float32Array(rows * matrix.blocks * 32).fill(7),
        ],
        expected: [{ binding: 4, values: padRows(embeddings, k), bound: 1e-14 }],
      };
    },
  })),
);

interface ExpertCase {
  readonly weight: WeightType;
  readonly rows: number;
  readonly nExperts: number;
  readonly nUsed: number;
}

const expertCases: readonly ExpertCase[] = [
  ...WEIGHT_TYPES.map(weight => ({ weight, rows: 3, nExperts: 4, nUsed: 2 })),
  { weight: 'Q4_0', rows: 1, nExperts: 1, nUsed: 1 },
  { weight: 'Q4_0', rows: 17, nExperts: 8, nUsed: 3 },
];

export const mulMatIdCases: readonly KernelCase[] = expertCases.flatMap(parameters =>
  (['gate_up', 'down'] as const).map(stage => ({
    id: caseId('mul_mat_id', { stage, ...parameters }),
    make: tuning => {
      const { weight, rows, nExperts, nUsed } = parameters;
      const k = awkwardK(weight);
      const n = 21;
      const ids = Uint32Array.from({ length: rows * nUsed }, (_, i) => (i * 5 + 1) % nExperts);
      const weights = randomValues(rows * nUsed, 6);
      const chosen = Uint32Array.from({ length: 2 * ids.length }, (_, i) =>
        i % 2 === 0 ? ids[i >> 1] : bitsOf(weights[i >> 1]),
      );
      const run = (
        matrix: WeightInput,
        src: Float32Array,
        dst: BindingData,
        values: BindingData,
      ): KernelRun => ({
        spec: mulMatId(
          { stage, weight, blocks: matrix.blocks, n, nExperts, nUsed, rows, dstStride: n },
          tuning,
        ),
        bindings: [plainStep(rows), matrix.quants, matrix.scales, padRows(src, k), dst, chosen],
        expected: [{ binding: 4, values, bound: BOUND }],
      });
      if (stage === 'gate_up') {
        const matrix = weightInput(weight, k, 2 * nExperts * n, 5);
        const half = matrix.values.length / 2;
        const gates = matrix.values.subarray(0, half);
        const ups = matrix.values.subarray(half);
        const x = randomValues(rows * k, 7, 0.2);
        const h = mulMatIdSwiglu(gates, ups, x, ids, { nEmbd: k, nFf: n, nUsed });
        return run(matrix, x, new Float32Array(h.length), h);
      }
      const matrix = weightInput(weight, k, nExperts * n, 5);
      const h = randomValues(rows * nUsed * k, 8);
      const residual = randomValues(rows * n, 9);
      const sums = mulMatIdSum(matrix.values, h, ids, weights, residual, { nEmbd: n, nFf: k, nUsed });
      return run(matrix, h, Float32Array.from(residual), sums);
    },
  })),
);

const routerShapes = [
  { weight: 'F32', rows: 1, nExperts: 4, nUsed: 2, scale: 1 },
  { weight: 'F32', rows: 5, nExperts: 1, nUsed: 1, scale: 1 },
  { weight: 'F16', rows: 3, nExperts: 8, nUsed: 8, scale: 1 },
  { weight: 'Q8_0', rows: 2, nExperts: 130, nUsed: 6, scale: 1 },
  { weight: 'F32', rows: 2, nExperts: 60, nUsed: 4, scale: 30 },
  // All logits equal: the lowest ids win.
  { weight: 'F32', rows: 2, nExperts: 8, nUsed: 3, scale: 0 },
] as const;

export const routerCases: readonly KernelCase[] = routerShapes.map(parameters => ({
  id: caseId('router', { ...parameters }),
  make: () => {
    const { weight, rows, nExperts, nUsed, scale } = parameters;
    const k = awkwardK(weight);
    const matrix = weightInput(weight, k, nExperts, 10, undefined, scale);
    const x = randomValues(rows * k, 11);
    const { ids, weights } = router(matrix.values, x, k, nUsed);
    const even = (words: Uint32Array<ArrayBuffer>) => words.filter((_, i) => i % 2 === 0);
    const odd = (words: Uint32Array<ArrayBuffer>) =>
      new Float32Array(words.filter((_, i) => i % 2 === 1).buffer);
    return {
      spec: routerKernel({ weight, blocks: matrix.blocks, nExperts, nUsed, rows }),
      bindings: [
        plainStep(rows),
        matrix.quants,
        matrix.scales,
        padRows(x, k),
        new Uint32Array(2 * ids.length),
      ],
      expected: [
        { binding: 4, values: ids, bound: 0, select: even },
        { binding: 4, values: weights, bound: 1e-10, select: odd },
      ],
    };
  },
}));
