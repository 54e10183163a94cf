import { type MulMatIdStage, mulMatId } from '../../gpu/kernels/mulMatId.ts';
import { type RouterShape, router as routerKernel } from '../../gpu/kernels/router.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { deferredNorm } from '../../reference/deferredNorm.ts';
import { mulMatIdStore, mulMatIdSum, mulMatIdSwiglu } from '../../reference/mulMatId.ts';
import { rmsNorm } from '../../reference/rmsNorm.ts';
import { router } from '../../reference/router.ts';
import type { GatedActivation } from '../../reference/swiglu.ts';
import { awkwardK, bitsOf, padRows, plainStep, weightInput } from '../../selftest/inputs.ts';
import { joined } from '../../selftest/trials/products.ts';
import { assertNever } from '../../util/assert.ts';
import { alignUp } from '../../util/math.ts';
import { caseId, type KernelCase, type KernelRun } from '../kernelCase.ts';
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

/** A stage of the experts, and what of it other models have than Mixtral. */
interface ExpertStage {
  readonly stage: MulMatIdStage['kind'];
  readonly activation?: GatedActivation;
  readonly bias?: true;
  readonly weighsInput?: true;
  /** Rows of src have no norm. */
  readonly plain?: true;
  /** Of down. */
  readonly factor?: number;
  /** Of down_store: the sum is not weighted. */
  readonly unweighted?: true;
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

const part: ExpertCase = { weight: 'Q4_0', rows: 5, nExperts: 3, nUsed: 2, nBefore: 12, nBehind: 7 };

const stageCases: readonly (ExpertStage & ExpertCase)[] = [
  ...expertCases.flatMap(parameters =>
    (['gate_up', 'down'] as const).map(stage => ({ stage, ...parameters })),
  ),
  { stage: 'gate_up', ...part, activation: 'gelu' },
  ...[1, 5].map(rows => ({ stage: 'gate_up', ...part, rows, activation: 'oai', bias: true }) as const),
  { stage: 'gate_up', ...part, weighsInput: true },
  { stage: 'gate_up', ...part, plain: true, bias: true, weighsInput: true },
  ...[1, 5].map(rows => ({ stage: 'store', ...part, rows }) as const),
  { stage: 'store', ...part, weight: 'F16', plain: true, bias: true, weighsInput: true },
  { stage: 'down', ...part, factor: 0.22 },
  ...[1, 5].map(rows => ({ stage: 'down_store', ...part, rows }) as const),
  { stage: 'down_store', ...part, bias: true },
  { stage: 'down_store', ...part, bias: true, unweighted: true },
];

/** Weight rows of a part of an expert. */
const EXPERT_ROWS = 21;

function wholeOf({ nBefore = 0, nBehind = 0 }: ExpertCase): number {
  return nBefore + EXPERT_ROWS + nBehind;
}

function stageOf(parameters: ExpertStage & ExpertCase): MulMatIdStage {
  const { stage: kind, weight, activation, weighsInput, plain, factor } = parameters;
  const bias = parameters.bias ? { bias: { rows: wholeOf(parameters) } } : {};
  const norm = plain ? {} : { norm: { k: awkwardK(weight), eps: EPS } };
  const weighs = weighsInput ? { weighsInput } : {};
  switch (kind) {
    case 'gate_up':
      return { kind, ...norm, ...bias, ...weighs, ...(activation && { activation }) };
    case 'store':
      return { kind, ...norm, ...bias, ...weighs };
    case 'down':
      return { kind, ...(factor !== undefined && { scale: factor }) };
    case 'down_store':
      return { kind, weighted: !parameters.unweighted, ...bias };
    default:
      return assertNever(kind);
  }
}

function expertKernel(parameters: ExpertStage & ExpertCase, rows: number, tuning: Tuning): KernelSpec {
  const { stage: kind, weight, nExperts, nUsed, nBefore: dstOffset = 0 } = parameters;
  const whole = wholeOf(parameters);
  const shape = { weight, blocks: blocksOf(awkwardK(weight)), n: EXPERT_ROWS, nExperts, nUsed, rows };
  // The residual stream is padded.
  const dst = { dstStride: kind === 'down' ? alignUp(whole, 32) : whole, dstOffset };
  return mulMatId({ ...shape, stage: stageOf(parameters), dst }, tuning);
}

export const mulMatIdCases: readonly KernelCase[] = stageCases.map(parameters => ({
  id: caseId('mul_mat_id', { ...parameters }),
  forRows: (tuning, rows) => expertKernel(parameters, rows, tuning),
  make: tuning => {
    const spec = expertKernel(parameters, parameters.rows, tuning);
    const isSum = parameters.stage === 'down' || parameters.stage === 'down_store';
    return { spec, ...(isSum ? sumRun(parameters) : choiceRun(parameters)) };
  },
}));

/** What experts the rows choose. */
function choicesOf({ rows, nExperts, nUsed }: ExpertCase) {
  const ids = Uint32Array.from({ length: rows * nUsed }, (_, i) => (i * 5 + 1) % nExperts);
  const weights = randomValues(rows * nUsed, 6);
  const chosen = Uint32Array.from({ length: 2 * ids.length }, (_, i) =>
    i % 2 === 0 ? ids[i >> 1] : bitsOf(weights[i >> 1]),
  );
  return { ids, weights, chosen };
}

/** Biases of `count` matrices: all rows of them, and those that this part has. */
function biasesOf(parameters: ExpertCase, count: number) {
  const { nBefore = 0 } = parameters;
  const whole = wholeOf(parameters);
  const all = randomValues(count * whole, 12);
  const ofPart = Array.from({ length: count }, (_, matrix) =>
    all.subarray(matrix * whole + nBefore, matrix * whole + nBefore + EXPERT_ROWS),
  );
  return { all, ofPart: joined(ofPart) };
}

function choiceRun(parameters: ExpertStage & ExpertCase): Omit<KernelRun, 'spec'> {
  const { stage, weight, rows, nExperts, nUsed, nBefore = 0, nBehind = 0 } = parameters;
  const { activation, bias, weighsInput, plain } = parameters;
  const n = EXPERT_ROWS;
  const k = awkwardK(weight);
  const isGated = stage === 'gate_up';
  const nMatrices = isGated ? 2 * nExperts : nExperts;
  const { ids, weights, chosen } = choicesOf(parameters);
  const { quants, scales, values } = weightInput(weight, k, nMatrices * n, 5);
  const half = values.length / 2;
  const x = randomValues(rows * k, 7, plain ? 0.2 : 1);
  // Around where GELU bends, and where clamps hold.
  const spread = activation === 'oai' ? 3 : activation === 'gelu' ? 0.5 : 0.2;
  const normWeight = randomValues(k, 10, spread);
  const factor = plain ? x : rmsNorm(x, normWeight, k, EPS);
  const biases = bias ? biasesOf(parameters, nMatrices) : null;
  const shape = { nEmbd: k, nFf: n, nUsed };
  const options = { weights: weighsInput ? weights : null, biases: biases?.ofPart ?? null };
  const h = isGated
    ? mulMatIdSwiglu(values.subarray(0, half), values.subarray(half), factor, ids, shape, {
        ...options,
        ...(activation && { activation }),
      })
    : Float32Array.from(mulMatIdStore(values, factor, ids, shape, options));
  const src = plain ? padRows(x, k) : deferredNorm(x, normWeight, k);
  const after = besideZeros(h, n, nBefore, nBehind);
  return {
    bindings: [
      plainStep(rows),
      quants,
      scales,
      src,
      new Float32Array(after.length),
      chosen,
      ...(biases ? [biases.all] : []),
    ],
    expected: [{ binding: 4, values: after, bound: BOUND }],
  };
}

function sumRun(parameters: ExpertStage & ExpertCase): Omit<KernelRun, 'spec'> {
  const { stage, weight, rows, nExperts, nUsed, nBefore = 0, nBehind = 0 } = parameters;
  const { bias, unweighted, factor } = parameters;
  const n = EXPERT_ROWS;
  const k = awkwardK(weight);
  const whole = wholeOf(parameters);
  const rowsOf = (of: Float32Array) => besideZeros(of, n, nBefore, nBehind);
  const { ids, weights, chosen } = choicesOf(parameters);
  const { quants, scales, values } = weightInput(weight, k, nExperts * n, 5);
  const h = randomValues(rows * nUsed * k, 8);
  const residual = stage === 'down' ? randomValues(rows * n, 9) : new Float32Array(rows * n);
  const biases = bias ? biasesOf(parameters, nExperts) : null;
  const shares = unweighted ? weights.map(() => 1) : weights;
  const sums = mulMatIdSum(
    values,
    h,
    ids,
    shares,
    residual,
    { nEmbd: n, nFf: k, nUsed },
    {
      biases: biases?.ofPart ?? null,
      ...(factor !== undefined && { scale: factor }),
    },
  );
  const given = [plainStep(rows), quants, scales, padRows(h, k)];
  if (stage === 'down_store') {
    const after = rowsOf(sums);
    return {
      bindings: [...given, new Float32Array(after.length), chosen, ...(biases ? [biases.all] : [])],
      expected: [{ binding: 4, values: after, bound: BOUND }],
    };
  }
  const nextWeight = randomValues(whole, 10);
  const next = deferredNorm(rowsOf(sums), nextWeight, whole);
  return {
    bindings: [
      ...given,
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
}

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
