import { chosenToken, getRows as getRowsKernel } from '../../gpu/kernels/getRows.ts';
import { type Destination, mulMat as mulMatKernel, tileWidth } from '../../gpu/kernels/mulMat.ts';
import { mulMatId } from '../../gpu/kernels/mulMatId.ts';
import { router as routerKernel } from '../../gpu/kernels/router.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { deferredNorm } from '../../reference/deferredNorm.ts';
import { getRows } from '../../reference/getRows.ts';
import { mulMat } from '../../reference/mulMat.ts';
import { mulMatIdSum, mulMatIdSwiglu } from '../../reference/mulMatId.ts';
import { mulMatSwiglu } from '../../reference/mulMatSwiglu.ts';
import { rmsNorm } from '../../reference/rmsNorm.ts';
import { router } from '../../reference/router.ts';
import {
  awkwardK,
  bitsOf,
  padBatch,
  padRows,
  plainStep,
  stepBuffer,
  weightInput,
} from '../../selftest/inputs.ts';
import { alignUp } from '../../util/math.ts';
import { caseId, type KernelCase } from '../kernelCase.ts';

/** Products of a few hundred f32 terms; the weights are dequantized exactly on both sides. */
const BOUND = 1e-11;
const EPS = 1e-5;

interface ProductCase {
  readonly weight: WeightType;
  readonly rows: number;
  readonly n: number;
  readonly k: number;
  readonly epilogue: 'store' | 'add' | 'swiglu';
  /** The norm of src is deferred. */
  readonly normed: boolean;
  readonly scale: number;
  /** The rows are the batch's output rows, of which there may be more than rows. */
  readonly outputRows?: true;
  /** With add: values of a row of the residual stream before and behind those of this part. */
  readonly nBefore?: number;
  readonly nBehind?: number;
}

/** Defaults, then one axis at a time. */
function productCases(): ProductCase[] {
  const usual: ProductCase = {
    weight: 'Q4_0',
    rows: 1,
    n: 24,
    k: 256,
    epilogue: 'store',
    normed: false,
    scale: 1,
  };
  const epilogues = ['store', 'add', 'swiglu'] as const;
  return [
    ...WEIGHT_TYPES.map(weight => ({ ...usual, weight, k: awkwardK(weight), n: 7, rows: 3 })),
    ...[2, 3, 4, 5, 8, 11, 16, 17, 33].map(rows => ({ ...usual, rows })),
    ...[1, 63, 64, 65, 300].map(n => ({ ...usual, n })),
    ...[3, 5, 129].map(n => ({ ...usual, n, rows: 5 })),
    ...epilogues.flatMap(epilogue => [1, 6, 16].map(rows => ({ ...usual, epilogue, rows, n: 40 }))),
    ...epilogues.map(epilogue => ({ ...usual, epilogue, rows: 3, n: 7, normed: epilogue !== 'add' })),
    ...[1, 7, 16].map(rows => ({ ...usual, rows, n: 33, normed: true })),
    { ...usual, weight: 'F32', k: 172, rows: 2, normed: true },
    { ...usual, k: 4096, n: 6, rows: 2, normed: true },
    ...(['F32', 'Q4_0', 'Q8_0'] as const).map(weight => ({ ...usual, weight, scale: 1e4, rows: 2 })),
    { ...usual, rows: 5, normed: true, outputRows: true },
    ...[
      { nBefore: 0, nBehind: 28 },
      { nBefore: 12, nBehind: 5 },
      { nBefore: 36, nBehind: 0 },
    ].flatMap(part => [1, 5].map(rows => ({ ...usual, epilogue: 'add' as const, rows, n: 28, ...part }))),
    { ...usual, weight: 'F32', k: 1, n: 1 },
    { ...usual, weight: 'F16', k: 1, n: 3, rows: 2 },
  ];
}

/** With add a part of a row; else a row of dst begins at 2 of n + 5 values, so that offset and stride matter. */
function destinationOf({ epilogue, n, nBefore = 0, nBehind = 0 }: ProductCase): Destination {
  if (epilogue !== 'add') return { dstStride: n + 5, dstOffset: 2 };
  return { dstStride: alignUp(nBefore + n + nBehind, 32), dstOffset: nBefore };
}

function productKernel(product: ProductCase, rows: number, tuning: Tuning): KernelSpec {
  const { weight, n, k, epilogue: kind, normed, outputRows = false } = product;
  const epilogue = { kind, ...destinationOf(product) };
  const norm = normed ? { norm: { k, eps: EPS } } : {};
  return mulMatKernel({ weight, blocks: blocksOf(k), n, rows, outputRows, ...norm, epilogue }, tuning);
}

/** Blocks of 32 values of a weight row. */
function blocksOf(k: number): number {
  return alignUp(k, 32) / 32;
}

export const mulMatCases: readonly KernelCase[] = productCases().map(parameters => ({
  id: caseId('mul_mat', { ...parameters }),
  forRows: (tuning, rows) => productKernel(parameters, rows, tuning),
  make: tuning => {
    const { weight, rows, n, k, epilogue: kind, normed, scale, outputRows = false } = parameters;
    const { nBefore = 0, nBehind = 0 } = parameters;
    const isSwiglu = kind === 'swiglu';
    const matrix = weightInput(weight, k, isSwiglu ? 2 * n : n, 1, undefined, scale);
    // Kept small where scale is large and swiglu would overflow its exponential.
    const x = randomValues(rows * k, 2, isSwiglu ? 0.2 : scale);
    const normWeight = randomValues(k, 4, isSwiglu ? 0.2 : 1);
    const tileRows = alignUp(rows, tileWidth(rows, tuning));
    // Output i belongs to row `order[i]`.
    const order = Array.from({ length: rows }, (_, i) => (outputRows ? rows - 1 - i : i));
    const factor = normed ? rmsNorm(x, normWeight, k, EPS, order) : x;
    const half = matrix.values.length / 2;
    const before = randomValues(rows * n, 3, scale);
    const products = isSwiglu
      ? mulMatSwiglu(matrix.values.subarray(0, half), matrix.values.subarray(half), factor, n, k)
      : mulMat(matrix.values, factor, n, k, kind === 'add' ? before : undefined);
    const src = normed ? deferredNorm(x, normWeight, k) : padRows(x, k);
    const step = outputRows ? stepBuffer(Array(rows).fill({}), order) : plainStep(rows);
    const given = [step, matrix.quants, matrix.scales, padBatch(src, rows, tileRows)];
    const spec = productKernel(parameters, rows, tuning);
    if (kind === 'add') {
      const whole = nBefore + n + nBehind;
      const nextWeight = randomValues(whole, 5);
      // Other parts write the rest of a row; this one leaves it as it is.
      const rowsOf = (part: Float32Array) => besideZeros(part, n, nBefore, nBehind);
      const next = deferredNorm(rowsOf(products), nextWeight, whole);
      return {
        spec,
        bindings: [
          ...given,
          padRows(rowsOf(before), whole),
          padRows(nextWeight, whole),
          new Float32Array(next.length),
        ],
        expected: [
          { binding: 4, values: padRows(rowsOf(products), whole), bound: BOUND },
          { binding: 6, values: next, bound: BOUND },
        ],
      };
    }
    const { dstStride } = destinationOf(parameters);
    const dst = new Float32Array(tileRows * dstStride).fill(UNTOUCHED);
    const after = Float32Array.from(dst);
    placeRows(after, products, n, dstStride);
    return {
      spec,
      bindings: [...given, dst],
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

/** Rows of `n` values with zeros before and behind each. */
function besideZeros(
  values: Float32Array,
  n: number,
  nBefore: number,
  nBehind: number,
): Float32Array<ArrayBuffer> {
  const stride = nBefore + n + nBehind;
  const all = new Float32Array((values.length / n) * stride);
  for (let row = 0; row * n < values.length; row++)
    all.set(values.subarray(row * n, (row + 1) * n), row * stride + nBefore);
  return all;
}

const getRowsShapes = [
  ...WEIGHT_TYPES.map(weight => ({ weight, rows: 5, firstToken: 0 })),
  // A part of a vocabulary: some tokens of the batch lie before it, some behind it.
  ...(['F32', 'Q4_0'] as const).map(weight => ({ weight, rows: 9, firstToken: 4 })),
];

const N_VOCAB = 11;

function tokensFrom(firstToken: number): number {
  return firstToken > 0 ? 4 : N_VOCAB;
}

function embedding(weight: WeightType, firstToken: number, rows: number): KernelSpec {
  const blocks = blocksOf(awkwardK(weight));
  return getRowsKernel({ weight, blocks, n: tokensFrom(firstToken), firstToken, rows });
}

export const getRowsCases: readonly KernelCase[] = getRowsShapes.map(({ weight, rows, firstToken }) => ({
  id: caseId('get_rows', { weight, rows, ...(firstToken > 0 && { firstToken }) }),
  forRows: (_, nRows) => embedding(weight, firstToken, nRows),
  make: () => {
    const k = awkwardK(weight);
    const nVocab = N_VOCAB;
    const n = tokensFrom(firstToken);
    const matrix = weightInput(weight, k, n, 4);
    const tokens = Array.from({ length: rows }, (_, row) => (row * 7 + 10) % nVocab);
    const isOfPart = (token: number) => token >= firstToken && token < firstToken + n;
    const embeddings = getRows(
      matrix.values,
      k,
      tokens.map(token => (isOfPart(token) ? token - firstToken : 0)),
    );
    const normWeight = randomValues(k, 5);
    const x = padRows(embeddings, k);
    const next = deferredNorm(embeddings, normWeight, k);
    for (const [row, token] of tokens.entries()) {
      if (isOfPart(token)) continue;
      for (const values of [x, next]) {
        const stride = values.length / rows;
        values.fill(UNTOUCHED, row * stride, (row + 1) * stride);
      }
    }
    return {
      spec: embedding(weight, firstToken, rows),
      bindings: [
        // Every other token is one that an earlier step chose.
        stepBuffer(tokens.map((token, row) => ({ token: row % 2 === 1 ? chosenToken(rows - row) : token }))),
        matrix.quants,
        matrix.scales,
        new Float32Array(x.length).fill(UNTOUCHED),
        padRows(normWeight, k),
        new Float32Array(next.length).fill(UNTOUCHED),
        Uint32Array.from([0, ...tokens.slice(1).reverse()]),
      ],
      expected: [
        { binding: 3, values: x, bound: 1e-14 },
        { binding: 5, values: next, bound: 1e-13 },
      ],
    };
  },
}));

interface ExpertCase {
  readonly weight: WeightType;
  readonly rows: number;
  /** Values of a row of dst before and behind those of this part. */
  readonly nBefore?: number;
  readonly nBehind?: number;
  readonly nExperts: number;
  readonly nUsed: number;
}

/** One of each layout of scales: all types go through the same loop, and each is a pipeline that some compilers take long for. */
const EXPERT_TYPES = ['F32', 'F16', 'Q4_0', 'Q8_0', 'Q4_K', 'Q6_K', 'IQ3_S', 'MXFP4'] as const;

const expertCases: readonly ExpertCase[] = [
  ...EXPERT_TYPES.map(weight => ({ weight, rows: 3, nExperts: 4, nUsed: 2 })),
  { weight: 'Q4_0', rows: 1, nExperts: 1, nUsed: 1 },
  { weight: 'Q4_0', rows: 17, nExperts: 8, nUsed: 3 },
  // A part of every expert.
  { weight: 'Q4_0', rows: 5, nExperts: 3, nUsed: 2, nBefore: 12, nBehind: 7 },
  // All rows choose the same experts; and one, two, three or four rows of a tile the same, or a row is alone.
  { weight: 'Q4_0', rows: 21, nExperts: 2, nUsed: 2 },
  ...[1, 2, 3, 4, 5, 8].map(rows => ({ weight: 'Q4_0' as const, rows, nExperts: 3, nUsed: 1 })),
];

/** Weight rows of a part of an expert. */
const EXPERT_ROWS = 21;

function expertKernel(
  kind: 'gate_up' | 'down',
  { weight, nExperts, nUsed, nBefore = 0, nBehind = 0 }: ExpertCase,
  rows: number,
  tuning: Tuning,
): KernelSpec {
  const k = awkwardK(weight);
  const n = EXPERT_ROWS;
  const whole = nBefore + n + nBehind;
  const shape = { weight, blocks: blocksOf(k), n, nExperts, nUsed, rows };
  const dst = { dstStride: kind === 'gate_up' ? whole : alignUp(whole, 32), dstOffset: nBefore };
  const stage = kind === 'gate_up' ? { kind, norm: { k, eps: EPS } } : { kind };
  return mulMatId({ ...shape, stage, dst }, tuning);
}

export const mulMatIdCases: readonly KernelCase[] = expertCases.flatMap(parameters =>
  (['gate_up', 'down'] as const).map(stage => ({
    id: caseId('mul_mat_id', { stage, ...parameters }),
    forRows: (tuning, rows) => expertKernel(stage, parameters, rows, tuning),
    make: tuning => {
      const { weight, rows, nExperts, nUsed, nBefore = 0, nBehind = 0 } = parameters;
      const k = awkwardK(weight);
      const n = EXPERT_ROWS;
      const whole = nBefore + n + nBehind;
      const rowsOf = (part: Float32Array) => besideZeros(part, n, nBefore, nBehind);
      const ids = Uint32Array.from({ length: rows * nUsed }, (_, i) => (i * 5 + 1) % nExperts);
      const weights = randomValues(rows * nUsed, 6);
      const chosen = Uint32Array.from({ length: 2 * ids.length }, (_, i) =>
        i % 2 === 0 ? ids[i >> 1] : bitsOf(weights[i >> 1]),
      );
      const spec = expertKernel(stage, parameters, rows, tuning);
      if (stage === 'gate_up') {
        const { quants, scales, values } = weightInput(weight, k, 2 * nExperts * n, 5);
        const half = values.length / 2;
        const x = randomValues(rows * k, 7);
        const normWeight = randomValues(k, 10, 0.2);
        const normed = rmsNorm(x, normWeight, k, EPS);
        const shape = { nEmbd: k, nFf: n, nUsed };
        const h = mulMatIdSwiglu(values.subarray(0, half), values.subarray(half), normed, ids, shape);
        const src = deferredNorm(x, normWeight, k);
        const after = rowsOf(h);
        return {
          spec,
          bindings: [plainStep(rows), quants, scales, src, new Float32Array(after.length), chosen],
          expected: [{ binding: 4, values: after, bound: BOUND }],
        };
      }
      const { quants, scales, values } = weightInput(weight, k, nExperts * n, 5);
      const h = randomValues(rows * nUsed * k, 8);
      const residual = randomValues(rows * n, 9);
      const sums = mulMatIdSum(values, h, ids, weights, residual, { nEmbd: n, nFf: k, nUsed });
      const nextWeight = randomValues(whole, 10);
      const next = deferredNorm(rowsOf(sums), nextWeight, whole);
      return {
        spec,
        bindings: [
          plainStep(rows),
          quants,
          scales,
          padRows(h, k),
          padRows(rowsOf(residual), whole),
          padRows(nextWeight, whole),
          new Float32Array(next.length),
          chosen,
        ],
        expected: [
          { binding: 4, values: padRows(rowsOf(sums), whole), bound: BOUND },
          { binding: 6, values: next, bound: BOUND },
        ],
      };
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

function routing({ weight, nExperts, nUsed }: (typeof routerShapes)[number], rows: number): KernelSpec {
  const k = awkwardK(weight);
  return routerKernel({ weight, blocks: blocksOf(k), norm: { k, eps: EPS }, nExperts, nUsed, rows });
}

export const routerCases: readonly KernelCase[] = routerShapes.map(parameters => ({
  id: caseId('router', { ...parameters }),
  forRows: (_, rows) => routing(parameters, rows),
  make: () => {
    const { weight, rows, nExperts, nUsed, scale } = parameters;
    const k = awkwardK(weight);
    const matrix = weightInput(weight, k, nExperts, 10, undefined, scale);
    const x = randomValues(rows * k, 11);
    const normWeight = randomValues(k, 12);
    const { ids, weights } = router(matrix.values, rmsNorm(x, normWeight, k, EPS), k, nUsed);
    const even = (words: Uint32Array<ArrayBuffer>) => words.filter((_, i) => i % 2 === 0);
    const odd = (words: Uint32Array<ArrayBuffer>) =>
      new Float32Array(words.filter((_, i) => i % 2 === 1).buffer);
    return {
      spec: routing(parameters, rows),
      bindings: [
        plainStep(rows),
        matrix.quants,
        matrix.scales,
        deferredNorm(x, normWeight, k),
        new Uint32Array(2 * ids.length),
      ],
      expected: [
        { binding: 4, values: ids, bound: 0, select: even },
        { binding: 4, values: weights, bound: 1e-10, select: odd },
      ],
    };
  },
}));
