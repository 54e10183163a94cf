import { CHOICE_GROUP } from '../../gpu/kernels/choices.ts';
import { deferredStride } from '../../gpu/kernels/deferredNorm.ts';
import {
  type ExpertBias,
  type MulMatIdShape,
  type MulMatIdStage,
  mulMatId,
} from '../../gpu/kernels/mulMatId.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { groupStart, repackedLayout } from '../../quant/repack.ts';
import type { WeightType } from '../../quant/types.ts';
import { mulMatIdStore, mulMatIdSum, mulMatIdSwiglu } from '../../reference/mulMatId.ts';
import { sortChoices } from '../../reference/sortChoices.ts';
import { assertNever } from '../../util/assert.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { kernelCases, vary } from '../cases.ts';
import { type Batch, kernelCheck, type Setup } from '../check.ts';
import { dense, floats, output, rowsOf } from '../contents.ts';
import {
  activations,
  awkwardK,
  bitsOf,
  blocksOf,
  computedRows,
  joined,
  numbers,
  plainStep,
  rowOf,
  weightRows,
} from '../inputs.ts';
import { ontoResidual } from './residual.ts';

export const mulMatIdCheck = kernelCheck({
  kernel: mulMatId,
  /** Magnitude of the activations. */
  usual: { spread: 0.2 },
  setUp(batch): Setup {
    const { stage } = batch.parameters;
    switch (stage.kind) {
      case 'gate_up':
      case 'store':
        return setUpOutputs(batch, stage);
      case 'down':
      case 'down_store':
        return setUpSums(batch, stage);
      default:
        return assertNever(stage);
    }
  },
});

type Products = Batch<MulMatIdShape, { readonly spread: number }>;

/** Experts that rows choose, among those that are tried, and their weights. */
function choicesOf({ parameters: { nExperts, nUsed }, rows, isWhole }: Products) {
  const nTested = isWhole ? nExperts : Math.min(2, nExperts);
  const ids = Uint32Array.from(rows.flatMap(row => numbers(nUsed).map(e => (row + 2 * e + 1) % nTested)));
  const shares = joined(rows.map(row => randomValues(nUsed, 200 + row)));
  const chosen = dense(Uint32Array.from([...ids].flatMap((id, i) => [id, bitsOf(shares[i])])));
  return { experts: numbers(nTested), ids, shares, chosen };
}

/** Workgroups of the outputs of choices, besides those along the weight rows. */
function choiceGrid({ tile, defines }: KernelSpec, nExperts: number, { nUsed, rows, nGroups }: GridCounts) {
  if (defines.LANES !== 1) return tile === 1 ? [nUsed, rows] : [nGroups, 1];
  return [tile === 1 ? nUsed : nExperts, ceilDiv(rows, tile)];
}

interface GridCounts {
  readonly nUsed: number;
  readonly rows: number;
  /** Groups of sorted choices. */
  readonly nGroups: number;
}

/** Biases of the first `n` rows of a part of some matrices. */
function biasesOf({ rows }: ExpertBias, dstOffset: number, matrices: readonly number[], n: number) {
  const vectors = matrices.map(matrix => randomValues(n, 300 + matrix));
  const stretches = vectors.map((words, i) => ({ at: matrices[i] * rows + dstOffset, words }));
  return {
    contents: { size: (matrices[matrices.length - 1] + 1) * rows, stretches },
    values: joined(vectors),
  };
}

/** Products of each row with its experts, of gate and up together or of one of them. */
function setUpOutputs(
  batch: Products,
  stage: Extract<MulMatIdStage, { readonly kind: 'gate_up' | 'store' }>,
): Setup {
  const { parameters, spec, rows, isWhole, inputs } = batch;
  const { weight, blocks, n: N, nExperts, nUsed } = parameters;
  const { dstStride, dstOffset = 0 } = parameters.dst;
  const k = 32 * blocks;
  const { n, groupsOf } = computedRows(N, spec, isWhole);
  const { experts, ids, shares, chosen } = choicesOf(batch);
  const sorted = sortChoices(ids, CHOICE_GROUP);
  const isGated = stage.kind === 'gate_up';
  const matrices = [...experts, ...(isGated ? experts.map(e => nExperts + e) : [])];
  const matrix = weightRows(weight, k, n, { starts: matrices.map(at => groupStart(at, N)), isWhole });
  const ofChoices = stage.kind === 'store' && stage.ofChoices;
  const { src, x } = ofChoices
    ? activations(k * nUsed, rows, undefined, inputs.spread)
    : activations(k, rows, stage.norm, inputs.spread);
  const biases = stage.bias ? biasesOf(stage.bias, dstOffset, matrices, n) : null;
  const dst = output(rows.length * nUsed * dstStride);
  return {
    bindings: [
      dense(plainStep(rows.length)),
      ...matrix.contents,
      rowsOf(src, src[0].length),
      dst,
      chosen,
      ...(biases ? [biases.contents] : []),
      ...(spec.defines.LANES === 1 ? [] : [dense(sorted)]),
    ],
    grid: own => {
      const counts = { nUsed, rows: rows.length, nGroups: sorted.length / CHOICE_GROUP };
      const [y, z] = choiceGrid(own, experts.length, counts);
      return [groupsOf(own), y, z];
    },
    results: () => {
      const values = matrix.values();
      // Rows of choices are those of a batch in which each row has one expert.
      const shape = { nEmbd: k, nFf: n, nUsed: ofChoices ? 1 : nUsed };
      const options = { weights: stage.weighsInput ? shares : null, biases: biases?.values ?? null };
      const [first, second] = [values.slice(0, experts.length), values.slice(experts.length)].map(joined);
      const h =
        stage.kind === 'gate_up'
          ? mulMatIdSwiglu(first, second, joined(x), ids, shape, {
              ...options,
              activation: stage.activation ?? 'silu',
            })
          : Float32Array.from(mulMatIdStore(first, joined(x), ids, shape, options));
      return rows.map((_, row) =>
        numbers(nUsed).map(e => {
          const choice = row * nUsed + e;
          return floats(dst, choice * dstStride + dstOffset, rowOf(h, choice, n));
        }),
      );
    },
  };
}

/** Sums of the products of each row's experts, added to the residual stream or stored. */
function setUpSums(
  batch: Products,
  stage: Extract<MulMatIdStage, { readonly kind: 'down' | 'down_store' }>,
): Setup {
  const { parameters, spec, rows, isWhole } = batch;
  const { weight, blocks, n: N, nUsed, dst: destination } = parameters;
  const { dstStride, dstOffset = 0 } = destination;
  const k = 32 * blocks;
  const { n, groupsOf } = computedRows(N, spec, isWhole);
  const { experts, ids, shares, chosen } = choicesOf(batch);
  const matrix = weightRows(weight, k, n, { starts: experts.map(e => groupStart(e, N)), isWhole });
  const { src } = activations(k * nUsed, rows);
  const isStored = stage.kind === 'down_store';
  const before = rows.map(row => (isStored ? new Float32Array(n) : randomValues(n, 100 + row)));
  const biases = isStored && stage.bias ? biasesOf(stage.bias, dstOffset, experts, n) : null;
  const factor = (stage.kind === 'down' ? stage.scale : undefined) ?? 1;
  const weights = isStored && !stage.weighted ? shares.map(() => 1) : shares;
  const sums = () => {
    const options = { scale: factor, biases: biases?.values ?? null };
    const sizes = { nEmbd: n, nFf: k, nUsed };
    const all = mulMatIdSum(
      joined(matrix.values()),
      joined(src),
      ids,
      weights,
      joined(before),
      sizes,
      options,
    );
    return rows.map((_, row) => rowOf(all, row, n));
  };
  const given = [dense(plainStep(rows.length)), ...matrix.contents, rowsOf(src, k * nUsed)];
  const grid: Setup['grid'] = own => [groupsOf(own), ceilDiv(rows.length, own.tile), 1];
  if (isStored) {
    const dst = output(rows.length * dstStride);
    return {
      bindings: [...given, dst, chosen, ...(biases ? [biases.contents] : [])],
      grid,
      results: () => sums().map((sum, row) => [floats(dst, row * dstStride + dstOffset, sum)]),
    };
  }
  const { bindings, results } = ontoResidual(destination, before);
  return { bindings: [...given, ...bindings, chosen], grid, results: () => results(sums()) };
}

type Axes = {
  stage: MulMatIdStage['kind'];
  weight: WeightType;
  rows: number;
  nExperts: number;
  nUsed: number;
  /** Number of values of a row of dst before and after those of this part. */
  nBefore?: number;
  nBehind?: number;
  n?: number;
  k?: number;
  activation?: 'gelu' | 'oai';
  bias?: true;
  weighsInput?: true;
  /** Rows of src without a norm. */
  plain?: true;
  /** Factor of down. */
  factor?: number;
  /** For down_store: the sum is not weighted. */
  unweighted?: true;
  /** For store: src has a row for each choice. */
  ofChoices?: true;
};

const usual: Axes = { stage: 'gate_up', weight: 'Q4_0', rows: 3, nExperts: 4, nUsed: 2 };

function otherCases(): Axes[] {
  const part: Axes = { ...usual, rows: 5, nExperts: 3, nBefore: 12, nBehind: 7 };
  return [
    { ...part, activation: 'gelu' },
    ...vary<Axes>(part, { rows: [1, 5], activation: ['oai'], bias: [true] }),
    { ...part, weighsInput: true },
    { ...part, plain: true, bias: true, weighsInput: true },
    ...vary<Axes>(part, { stage: ['store'], rows: [1, 5] }),
    { ...part, stage: 'store', weight: 'F16', plain: true, bias: true, weighsInput: true },
    ...vary<Axes>(part, { stage: ['store'], rows: [1, 5], plain: [true], ofChoices: [true] }),
    { ...part, stage: 'down', factor: 0.22 },
    ...vary<Axes>(part, { stage: ['down_store'], rows: [1, 5] }),
    { ...part, stage: 'down_store', bias: true },
    { ...part, stage: 'down_store', bias: true, unweighted: true },
  ];
}

function stageOf({
  stage: kind,
  weighsInput,
  activation,
  factor,
  unweighted,
  ofChoices,
  ...axes
}: Axes): MulMatIdStage {
  const { weight, k = awkwardK(weight), plain } = axes;
  const bias = axes.bias ? { bias: { rows: wholeOf(axes) } } : {};
  const norm = plain ? {} : { norm: { k, eps: 1e-5 } };
  const ofRow = { ...norm, ...bias, ...(weighsInput && { weighsInput }) };
  switch (kind) {
    case 'gate_up':
      return { kind, ...ofRow, ...(activation && { activation }) };
    case 'store':
      return { kind, ...ofRow, ...(ofChoices && { ofChoices }) };
    case 'down':
      return { kind, ...(factor !== undefined && { scale: factor }) };
    case 'down_store':
      return { kind, weighted: !unweighted, ...bias };
    default:
      return assertNever(kind);
  }
}

/** Weight rows of a whole expert. */
function wholeOf({ n = 21, nBefore = 0, nBehind = 0 }: Pick<Axes, 'n' | 'nBefore' | 'nBehind'>): number {
  return nBefore + n + nBehind;
}

export const mulMatIdCases = kernelCases(mulMatIdCheck, () => ({
  usual,
  cases: [
    // One type of each layout of scales: all types go through the same loop, and some compilers are slow with a pipeline for
    // each.
    ...vary<Axes>(usual, { weight: ['F32', 'F16', 'Q4_0', 'Q8_0', 'Q4_K', 'Q6_K', 'IQ3_S', 'MXFP4'] }),
    ...vary(
      usual,
      { rows: [1], nExperts: [1], nUsed: [1] },
      { rows: [17], nExperts: [8], nUsed: [3] },
      // A part of every expert.
      { rows: [5], nExperts: [3], nUsed: [2], nBefore: [12], nBehind: [7] },
      // All rows choose the same experts; one to four rows of a tile choose the same; a single row.
      { rows: [21], nExperts: [2], nUsed: [2] },
      { rows: [1, 2, 3, 4, 5, 8], nExperts: [3], nUsed: [1] },
    ),
  ]
    .flatMap(axes => vary(axes, { stage: ['gate_up', 'down'] }))
    .concat(otherCases()),
  parameters: (axes): MulMatIdShape => {
    const { stage, weight, rows, nExperts, nUsed, nBefore = 0, n = 21, k = awkwardK(weight) } = axes;
    const whole = wholeOf(axes);
    return {
      ...{ weight, blocks: blocksOf(k), n, nExperts, nUsed, rows },
      stage: stageOf(axes),
      // The residual stream is padded.
      dst: { dstStride: stage === 'down' ? alignUp(whole, 32) : whole, dstOffset: nBefore },
    };
  },
  // Magnitudes around the bend of GELU, and around the clamps.
  inputs: ({ activation }) => ({ spread: activation === 'oai' ? 3 : activation === 'gelu' ? 0.5 : 0.2 }),
  seconds: 0.2,
  timed: [{ stage: 'gate_up', weight: 'Q4_0', rows: 1, n: 512, k: 2048, nExperts: 8, nUsed: 2 }],
  readsMemory: true,
  cost: ({ weight, rows, nUsed, n = 0, k = 0 }) => {
    const { quantsBytes, scalesBytes } = repackedLayout(weight, k, 2 * n);
    return {
      bytes: (quantsBytes + scalesBytes) * nUsed + 4 * rows * (deferredStride(k) + nUsed * n),
      flops: 2 * rows * nUsed * 2 * n * k,
    };
  },
}));
