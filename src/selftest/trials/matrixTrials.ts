import { deferredStride } from '../../gpu/kernels/deferredNorm.ts';
import { chosenToken } from '../../gpu/kernels/getRows.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { deferredNorm } from '../../reference/deferredNorm.ts';
import { getRows } from '../../reference/getRows.ts';
import { mulMat } from '../../reference/mulMat.ts';
import { mulMatIdStore, mulMatIdSum, mulMatIdSwiglu } from '../../reference/mulMatId.ts';
import { mulMatSwiglu } from '../../reference/mulMatSwiglu.ts';
import { type RouterOptions, router } from '../../reference/router.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { bitsOf, padRows, plainStep, stepBuffer, weightInput } from '../inputs.ts';
import { BOUND, type Contents, dense, type ExpectedRow, floatsAt, type Trial, zeros } from '../trial.ts';
import {
  DISTINCT_ROWS,
  joined,
  normedActivations,
  numbers,
  plainActivations,
  testedRows,
  weightOf,
  weights,
} from './products.ts';
import { qkvTrial } from './qkvTrial.ts';

export function getRowsTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { weight, k } = weightOf(spec);
  const { FIRST_TOKEN: first, N } = spec.overrides;
  const nTokens = Math.min(4, N);
  const matrix = weightInput(weight, k, nTokens, 1);
  const tokens = rows.map(row => (row * 3 + 1) % nTokens);
  const normWeight = randomValues(k, 2);
  return {
    workgroups: () => [spec.workgroups[0], rows.length, 1],
    bindings: [
      // Every other token is one that an earlier step chose.
      dense(stepBuffer(tokens.map((token, i) => ({ token: i % 2 === 0 ? chosenToken(i) : first + token })))),
      dense(matrix.quants),
      dense(matrix.scales),
      zeros(rows.length * k),
      dense(normWeight),
      zeros(rows.length * deferredStride(k)),
      dense(Uint32Array.from(tokens, token => first + token)),
    ],
    rows: tokens.map((token, row) => {
      const x = getRows(matrix.values, k, [token]);
      return [
        { values: x, read: floatsAt(3, row * k, k), bound: BOUND },
        ...deferredRows(x, normWeight, 5, row * deferredStride(k), k),
      ];
    }),
  };
}

export function mulMatTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { weight, k } = weightOf(spec);
  const { N } = spec.overrides;
  if (spec.defines.EPILOGUE === 'qkv') return qkvTrial(spec, rows);
  const isSwiglu = spec.defines.EPILOGUE === 'swiglu';
  const { n, groups } = testedRows(N, spec.workgroups[0]);
  const { contents, values } = weights(weight, k, n, isSwiglu ? [0, N] : [0]);
  const { src, x } = spec.defines.NORMED === 1 ? normedActivations(spec, rows) : plainActivations(k, rows);
  const given = [dense(plainStep(rows.length)), ...contents, dense(src)];
  const workgroups: Trial['workgroups'] = ({ defines }) => [
    groups,
    ceilDiv(rows.length, Number(defines.M)),
    1,
  ];
  if (spec.defines.EPILOGUE === 'add') {
    const residual = rows.map(row => randomValues(n, 100 + row));
    const sums = x.map((row, i) => mulMat(values[0], row, n, k, residual[i]));
    const { bindings, expected } = ontoResidual(spec, residual, sums);
    return { workgroups, bindings: [...given, ...bindings], rows: expected };
  }
  const { DST_STRIDE: stride, DST_OFFSET: offset } = spec.overrides;
  return {
    workgroups,
    bindings: [...given, zeros(rows.length * stride + offset)],
    rows: x.map((row, i) => {
      const product = isSwiglu ? mulMatSwiglu(values[0], values[1], row, n, k) : mulMat(values[0], row, n, k);
      return [{ values: product, read: floatsAt(4, i * stride + offset, n), bound: BOUND }];
    }),
  };
}

export function mulMatIdTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { N_EXPERTS: nExperts, N_USED: nUsed } = spec.overrides;
  const nTested = Math.min(2, nExperts);
  const ids = Uint32Array.from(rows.flatMap(row => numbers(nUsed, e => (row + e) % nTested)));
  const shares = Float32Array.from(rows.flatMap(row => [...randomValues(nUsed, 200 + row)]));
  const chosen = Uint32Array.from({ length: 2 * ids.length }, (_, i) =>
    i % 2 === 0 ? ids[i >> 1] : bitsOf(shares[i >> 1]),
  );
  const choices = { nTested, ids, shares, chosen };
  const isSum = spec.defines.STAGE === 'down' || spec.defines.STAGE === 'down_store';
  return isSum ? expertSumTrial(spec, rows, choices) : expertOutputTrial(spec, rows, choices);
}

/** The experts that the rows of a trial chose, of the first `nTested`. */
interface Choices {
  readonly nTested: number;
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly shares: Float32Array<ArrayBuffer>;
  readonly chosen: Uint32Array<ArrayBuffer>;
}

function tilesOf(rows: readonly number[], { defines }: KernelSpec): number {
  return ceilDiv(rows.length, Number(defines.TILE));
}

function expertOutputTrial(
  spec: KernelSpec,
  rows: readonly number[],
  { nTested, ids, shares, chosen }: Choices,
): Trial {
  const { weight, k } = weightOf(spec);
  const { N, N_EXPERTS: nExperts, N_USED: nUsed, DST_STRIDE: stride, DST_OFFSET: offset } = spec.overrides;
  const { NORMED, STAGE, ACTIVATION, WEIGHS_INPUT } = spec.defines;
  const { n, groups } = testedRows(N, spec.workgroups[0]);
  const isGated = STAGE === 'gate_up';
  const matrices = numbers(nTested, e => e).concat(isGated ? numbers(nTested, e => nExperts + e) : []);
  const { contents, values } = weights(
    weight,
    k,
    n,
    matrices.map(matrix => matrix * N),
  );
  const { src, x } = NORMED === 0 ? plainActivations(k, rows) : normedActivations(spec, rows);
  const biases = expertBiases(spec, matrices, n);
  const shape = { nEmbd: k, nFf: n, nUsed };
  const options = { weights: WEIGHS_INPUT === 1 ? shares : null, biases: biases?.values ?? null };
  const h = isGated
    ? mulMatIdSwiglu(joined(values.slice(0, nTested)), joined(values.slice(nTested)), joined(x), ids, shape, {
        ...options,
        activation: ACTIVATION === 'gelu' || ACTIVATION === 'oai' ? ACTIVATION : 'silu',
      })
    : Float32Array.from(mulMatIdStore(joined(values), joined(x), ids, shape, options));
  return {
    workgroups: kernel => [groups, kernel.defines.TILE === 1 ? nUsed : nTested, tilesOf(rows, kernel)],
    bindings: [
      dense(plainStep(rows.length)),
      ...contents,
      dense(src),
      zeros(rows.length * nUsed * stride),
      dense(chosen),
      ...(biases ? [biases.contents] : []),
    ],
    rows: rows.map((_, row) =>
      numbers(nUsed, e => {
        const at = row * nUsed + e;
        const read = floatsAt(4, at * stride + offset, n);
        return { values: h.slice(at * n, (at + 1) * n), read, bound: BOUND };
      }),
    ),
  };
}

function expertSumTrial(
  spec: KernelSpec,
  rows: readonly number[],
  { nTested, ids, shares, chosen }: Choices,
): Trial {
  const { weight, k } = weightOf(spec);
  const { N, N_USED: nUsed, DST_STRIDE: stride, DST_OFFSET: offset, SCALE: scale } = spec.overrides;
  const { n, groups } = testedRows(N, spec.workgroups[0]);
  const matrices = numbers(nTested, e => e);
  const { contents, values } = weights(
    weight,
    k,
    n,
    matrices.map(matrix => matrix * N),
  );
  const { src } = plainActivations(k * nUsed, rows);
  const isStored = spec.defines.STAGE === 'down_store';
  const residual = rows.map(row => (isStored ? new Float32Array(n) : randomValues(n, 100 + row)));
  const biases = expertBiases(spec, matrices, n);
  const sums = mulMatIdSum(
    joined(values),
    src,
    ids,
    spec.defines.WEIGHTED === 0 ? shares.map(() => 1) : shares,
    joined(residual),
    { nEmbd: n, nFf: k, nUsed },
    { scale: scale ?? 1, biases: biases?.values ?? null },
  );
  const sumOf = (_: number, row: number) => sums.slice(row * n, (row + 1) * n);
  const given = [dense(plainStep(rows.length)), ...contents, dense(src)];
  const workgroups: Trial['workgroups'] = kernel => [groups, tilesOf(rows, kernel), 1];
  if (isStored) {
    return {
      workgroups,
      bindings: [
        ...given,
        zeros(rows.length * stride + offset),
        dense(chosen),
        ...(biases ? [biases.contents] : []),
      ],
      rows: rows.map((row, i) => [
        { values: sumOf(row, i), read: floatsAt(4, i * stride + offset, n), bound: BOUND },
      ]),
    };
  }
  const { bindings, expected } = ontoResidual(spec, residual, rows.map(sumOf));
  return { workgroups, bindings: [...given, ...bindings, dense(chosen)], rows: expected };
}

/** Biases of the first `n` rows of a part of some matrices, or null where a kernel adds none. */
function expertBiases({ defines, overrides }: KernelSpec, matrices: readonly number[], n: number) {
  if (defines.BIAS !== 1) return null;
  const { BIAS_ROWS: stride, DST_OFFSET: offset } = overrides;
  const vectors = matrices.map((_, i) => randomValues(n, 300 + i));
  const stretches = vectors.map((words, i) => ({ at: matrices[i] * stride + offset, words }));
  return {
    contents: { size: (matrices[matrices.length - 1] + 1) * stride, stretches },
    values: joined(vectors),
  };
}

export function routerTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { weight, k } = weightOf(spec);
  const { N_EXPERTS: nExperts, N_USED: nUsed } = spec.overrides;
  const matrix = weightInput(weight, k, nExperts, 10, DISTINCT_ROWS);
  const { src, x } = spec.defines.NORMED === 0 ? plainActivations(k, rows) : normedActivations(spec, rows);
  const { options, biases } = routerOptions(spec);
  const { ids, weights: shares } = router(matrix.values, joined(x), k, nUsed, options);
  // Pairs of an expert and its weight.
  const part = (row: number, which: 0 | 1) => (bindings: readonly Uint32Array<ArrayBuffer>[]) =>
    bindings[4].slice(2 * row * nUsed, 2 * (row + 1) * nUsed).filter((_, i) => i % 2 === which);
  return {
    workgroups: () => [rows.length, 1, 1],
    bindings: [
      dense(plainStep(rows.length)),
      dense(matrix.quants),
      dense(matrix.scales),
      dense(src),
      zeros(2 * rows.length * nUsed),
      ...(biases.length > 0 ? [dense(biases)] : []),
    ],
    rows: rows.map((_, row) => [
      { values: ids.slice(row * nUsed, (row + 1) * nUsed), read: part(row, 0), bound: 0 },
      {
        values: shares.slice(row * nUsed, (row + 1) * nUsed),
        read: bindings => new Float32Array(part(row, 1)(bindings).buffer),
        bound: BOUND,
      },
    ]),
  };
}

/** How a router chooses and weighs, and what it adds to do so. */
function routerOptions({ defines, overrides }: KernelSpec): {
  readonly options: RouterOptions;
  readonly biases: Float32Array<ArrayBuffer>;
} {
  const { N_EXPERTS: nExperts, WEIGHT_SCALE: weightScale, GROUPS_USED: used } = overrides;
  const { GATING, NORMALISED, GROUPS, ROUTER_BIAS, SELECTION_BIAS } = defines;
  if (GATING === undefined) return { options: {}, biases: new Float32Array() };
  const routerBias = ROUTER_BIAS === 1 ? randomValues(nExperts, 11) : null;
  const selectionBias = SELECTION_BIAS === 1 ? randomValues(nExperts, 12) : null;
  const vectors = [routerBias, selectionBias].flatMap(vector => (vector ? [padRows(vector, nExperts)] : []));
  return {
    options: {
      gating: GATING === 'sigmoid' || GATING === 'softmaxOfChosen' ? GATING : 'softmax',
      normalise: NORMALISED === 1,
      weightScale: weightScale ?? 1,
      groups: GROUPS === undefined ? null : { count: Number(GROUPS), used },
      routerBias,
      selectionBias,
    },
    biases: joined(vectors),
  };
}

/**
 * Bindings 4 to 6 of a product that is added to rows of the residual stream: that, the weight of the next norm, and where
 * the rows go with this norm deferred; and what `sums` make of them.
 */
function ontoResidual(
  { overrides }: KernelSpec,
  residual: readonly Float32Array<ArrayBuffer>[],
  sums: readonly Float32Array<ArrayBuffer>[],
): { readonly bindings: readonly Contents[]; readonly expected: Trial['rows'] } {
  const { DST_STRIDE: stride, DST_OFFSET: offset } = overrides;
  const [{ length: n }] = sums;
  const weight = randomValues(n, 48);
  const nextStride = deferredStride(stride);
  return {
    bindings: [
      {
        size: residual.length * stride,
        stretches: residual.map((words, row) => ({ at: row * stride + offset, words })),
      },
      { size: stride, stretches: [{ at: offset, words: weight }] },
      zeros(residual.length * nextStride),
    ],
    expected: sums.map((sum, row) => [
      { values: sum, read: floatsAt(4, row * stride + offset, n), bound: BOUND },
      ...deferredRows(sum, weight, 6, row * nextStride, stride, offset),
    ]),
  };
}

/** A row with its norm deferred in `binding` from `at` on, or the part from `offset` on of one of `padded` values. */
function deferredRows(
  x: Float32Array,
  weight: Float32Array,
  binding: number,
  at: number,
  padded: number,
  offset = 0,
): ExpectedRow[] {
  const nSums = x.length >> 2;
  const row = deferredNorm(x, weight, x.length);
  const sums = alignUp(x.length, 32);
  return [
    { values: row.slice(0, x.length), read: floatsAt(binding, at + offset, x.length), bound: BOUND },
    {
      values: row.slice(sums, sums + nSums),
      read: floatsAt(binding, at + padded + offset / 4, nSums),
      bound: BOUND,
    },
  ];
}
