import { mulMatId } from '../../gpu/kernels/mulMatId.ts';
import { type RouterShape, router as routerKernel } from '../../gpu/kernels/router.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { deferredNorm } from '../../reference/deferredNorm.ts';
import { mulMatIdSum, mulMatIdSwiglu } from '../../reference/mulMatId.ts';
import { rmsNorm } from '../../reference/rmsNorm.ts';
import { router } from '../../reference/router.ts';
import { awkwardK, bitsOf, padRows, plainStep, weightInput } from '../../selftest/inputs.ts';
import { joined } from '../../selftest/trials/products.ts';
import { alignUp } from '../../util/math.ts';
import { caseId, type KernelCase } from '../kernelCase.ts';
import { besideZeros, blocksOf } from './matrixCases.ts';

/** Products of a few hundred f32 terms; the weights are dequantized exactly on both sides. */
const BOUND = 1e-11;
const EPS = 1e-5;

interface ExpertCase {
  readonly weight: WeightType;
  readonly rows: number;
  /** Values of a row of dst before and behind those of this part. */
  readonly nBefore?: number;
  readonly nBehind?: number;
  readonly nExperts: number;
  readonly nUsed: number;
}

const expertCases: readonly ExpertCase[] = [
  ...WEIGHT_TYPES.map(weight => ({ weight, rows: 3, nExperts: 4, nUsed: 2 })),
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

/** What of a router other models have than Mixtral. */
type RouterFeatures = Omit<RouterShape, 'weight' | 'blocks' | 'norm' | 'nExperts' | 'nUsed' | 'rows'>;

interface RouterCase {
  readonly weight: WeightType;
  readonly rows: number;
  readonly nExperts: number;
  readonly nUsed: number;
  readonly scale: number;
  readonly features?: RouterFeatures;
  /** Rows of src have no norm. */
  readonly plain?: boolean;
  /** About what the router's biases are. */
  readonly biases?: number;
}

const few = { weight: 'F32', rows: 3, nExperts: 8, nUsed: 3, scale: 0.2 } as const;
const grouped = { ...few, nExperts: 12, nUsed: 4 } as const;

const routerTable: readonly RouterCase[] = [
  { weight: 'F32', rows: 1, nExperts: 4, nUsed: 2, scale: 1 },
  { weight: 'F32', rows: 5, nExperts: 1, nUsed: 1, scale: 1 },
  { weight: 'F16', rows: 3, nExperts: 8, nUsed: 8, scale: 1 },
  { weight: 'Q8_0', rows: 2, nExperts: 130, nUsed: 6, scale: 1 },
  { weight: 'F32', rows: 2, nExperts: 60, nUsed: 4, scale: 30 },
  // All logits equal: the lowest ids win.
  { weight: 'F32', rows: 2, nExperts: 8, nUsed: 3, scale: 0 },
  { ...few, features: { normalise: false } },
  { ...few, plain: true },
  { ...few, features: { routerBias: true } },
  { ...few, features: { gating: 'softmaxOfChosen', routerBias: true, weightScale: 2.5 } },
  { ...few, nExperts: 130, nUsed: 6, features: { gating: 'sigmoid' } },
  { ...few, plain: true, features: { gating: 'sigmoid', normalise: false, selectionBias: true } },
  // Sums of weights that are too small to divide by.
  { ...few, biases: -20, features: { gating: 'sigmoid', routerBias: true } },
  { ...grouped, features: { groups: { count: 4, used: 2 }, normalise: false } },
  {
    ...grouped,
    features: {
      gating: 'sigmoid',
      groups: { count: 3, used: 1 },
      routerBias: true,
      selectionBias: true,
      weightScale: 2.5,
    },
  },
  // All groups equal: the first ones win, and of their experts the first.
  { ...grouped, scale: 0, features: { groups: { count: 4, used: 2 }, gating: 'sigmoid' } },
];

function routing({ weight, nExperts, nUsed, plain, features }: RouterCase, rows: number): KernelSpec {
  const k = awkwardK(weight);
  const norm = plain ? {} : { norm: { k, eps: EPS } };
  return routerKernel({ weight, blocks: blocksOf(k), ...norm, nExperts, nUsed, rows, ...features });
}

export const routerCases: readonly KernelCase[] = routerTable.map(parameters => ({
  id: routerId(parameters),
  forRows: (_, rows) => routing(parameters, rows),
  make: () => {
    const { weight, rows, nExperts, nUsed, scale, plain = false, biases = 0, features = {} } = parameters;
    const k = awkwardK(weight);
    const matrix = weightInput(weight, k, nExperts, 10, undefined, scale);
    const x = randomValues(rows * k, 11);
    const normWeight = randomValues(k, 12);
    const routerBias = features.routerBias ? randomValues(nExperts, 13).map(value => value + biases) : null;
    const selectionBias = features.selectionBias ? randomValues(nExperts, 14) : null;
    const { ids, weights } = router(matrix.values, plain ? x : rmsNorm(x, normWeight, k, EPS), k, nUsed, {
      ...features,
      routerBias,
      selectionBias,
    });
    const even = (words: Uint32Array<ArrayBuffer>) => words.filter((_, i) => i % 2 === 0);
    const odd = (words: Uint32Array<ArrayBuffer>) =>
      new Float32Array(words.filter((_, i) => i % 2 === 1).buffer);
    const given = [routerBias, selectionBias].flatMap(vector => (vector ? [padRows(vector, nExperts)] : []));
    return {
      spec: routing(parameters, rows),
      bindings: [
        plainStep(rows),
        matrix.quants,
        matrix.scales,
        plain ? padRows(x, k) : deferredNorm(x, normWeight, k),
        new Uint32Array(2 * ids.length),
        ...(given.length > 0 ? [joined(given)] : []),
      ],
      expected: [
        { binding: 4, values: ids, bound: 0, select: even },
        { binding: 4, values: weights, bound: 1e-10, select: odd },
      ],
    };
  },
}));

function routerId({ features = {}, ...parameters }: RouterCase): string {
  const { groups, ...others } = features;
  const named = groups ? { groups: groups.count, groupsUsed: groups.used } : {};
  return caseId('router', { ...parameters, ...others, ...named });
}
