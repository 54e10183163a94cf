import { chosenToken } from '../../gpu/kernels/getRows.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { repackedLayout } from '../../quant/repack.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { getRows } from '../../reference/getRows.ts';
import { mulMat } from '../../reference/mulMat.ts';
import { mulMatIdSum, mulMatIdSwiglu } from '../../reference/mulMatId.ts';
import { mulMatSwiglu } from '../../reference/mulMatSwiglu.ts';
import { router } from '../../reference/router.ts';
import { assert } from '../../util/assert.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { bitsOf, plainStep, stepBuffer, weightInput } from '../inputs.ts';
import { BOUND, type Contents, dense, floatsAt, type Trial, zeros } from '../trial.ts';

/** Random rows of a matrix, which then come again: to quantize all of them is what would take longest. */
const DISTINCT_ROWS = 7;
/** Workgroups along the rows of a weight: two, so that it shows where the second one begins. */
const GROUPS = 2;

export function getRowsTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { weight, k } = weightOf(spec);
  const nTokens = 4;
  const matrix = weightInput(weight, k, nTokens, 1);
  const tokens = rows.map(row => (row * 3 + 1) % nTokens);
  return {
    workgroups: () => [spec.workgroups[0], rows.length, 1],
    bindings: [
      // Every other token is one that an earlier step chose.
      dense(stepBuffer(tokens.map((token, i) => ({ token: i % 2 === 0 ? chosenToken(i) : token })))),
      dense(matrix.quants),
      dense(matrix.scales),
      dense(Uint32Array.from(tokens)),
      zeros(rows.length * k),
    ],
    rows: tokens.map((token, row) => [
      { values: getRows(matrix.values, k, [token]), read: floatsAt(4, row * k, k), bound: BOUND },
    ]),
  };
}

export function mulMatTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { weight, k } = weightOf(spec);
  const { N, DST_STRIDE: stride, DST_OFFSET: offset } = spec.overrides;
  const { EPILOGUE: epilogue, M } = spec.defines;
  const isSwiglu = epilogue === 'swiglu';
  const { n, groups } = testedRows(N, spec.workgroups[0]);
  const { contents, values } = weights(weight, k, n, isSwiglu ? [0, N] : [0], isSwiglu ? 2 * N : N);
  const paddedRows = alignUp(rows.length, Number(M));
  const src = activations(k, rows);
  const dst = rows.map(row => randomValues(n, 100 + row));
  const expected = rows.map((_, row) => {
    const x = src.subarray(row * k, (row + 1) * k);
    if (isSwiglu) return mulMatSwiglu(values[0], values[1], x, n, k);
    return mulMat(values[0], x, n, k, epilogue === 'add' ? dst[row] : undefined);
  });
  return {
    workgroups: ({ defines }) => [groups, ceilDiv(rows.length, Number(defines.M)), 1],
    bindings: [
      dense(plainStep(rows.length)),
      ...contents,
      { size: paddedRows * k, stretches: [{ at: 0, words: src }] },
      {
        size: paddedRows * stride + offset,
        stretches: dst.map((words, row) => ({ at: row * stride + offset, words })),
      },
    ],
    rows: expected.map((product, row) => [
      { values: product, read: floatsAt(4, row * stride + offset, n), bound: BOUND },
    ]),
  };
}

export function mulMatIdTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { weight, k } = weightOf(spec);
  const { N, N_EXPERTS: nExperts, N_USED: nUsed, DST_STRIDE: stride } = spec.overrides;
  const { n, groups } = testedRows(N, spec.workgroups[0]);
  const nTested = Math.min(2, nExperts);
  const experts = Array.from({ length: nTested }, (_, expert) => expert);
  const ids = Uint32Array.from(rows.flatMap(row => numbers(nUsed, e => (row + e) % nTested)));
  const shares = Float32Array.from(rows.flatMap(row => [...randomValues(nUsed, 200 + row)]));
  const chosen = Uint32Array.from({ length: 2 * ids.length }, (_, i) =>
    i % 2 === 0 ? ids[i >> 1] : bitsOf(shares[i >> 1]),
  );
  const step = dense(plainStep(rows.length));
  if (spec.defines.STAGE === 'gate_up') {
    const starts = [...experts.map(e => e * N), ...experts.map(e => (nExperts + e) * N)];
    const { contents, values } = weights(weight, k, n, starts, 2 * nExperts * N);
    const src = activations(k, rows);
    const [gates, ups] = [joined(values.slice(0, nTested)), joined(values.slice(nTested))];
    const h = mulMatIdSwiglu(gates, ups, src, ids, { nEmbd: k, nFf: n, nUsed });
    return {
      workgroups: () => [groups, nUsed, rows.length],
      bindings: [step, ...contents, dense(src), zeros(rows.length * nUsed * stride), dense(chosen)],
      rows: rows.map((_, row) =>
        numbers(nUsed, e => {
          const at = row * nUsed + e;
          return { values: h.slice(at * n, (at + 1) * n), read: floatsAt(4, at * stride, n), bound: BOUND };
        }),
      ),
    };
  }
  const { contents, values } = weights(
    weight,
    k,
    n,
    experts.map(e => e * N),
    nExperts * N,
  );
  const h = activations(k * nUsed, rows);
  const residual = Float32Array.from(rows.flatMap(row => [...randomValues(n, 100 + row)]));
  const sums = mulMatIdSum(joined(values), h, ids, shares, residual, { nEmbd: n, nFf: k, nUsed });
  const before = rows.map((_, row) => ({
    at: row * stride,
    words: residual.slice(row * n, (row + 1) * n),
  }));
  return {
    workgroups: () => [groups, rows.length, 1],
    bindings: [step, ...contents, dense(h), { size: rows.length * stride, stretches: before }, dense(chosen)],
    rows: rows.map((_, row) => [
      { values: sums.slice(row * n, (row + 1) * n), read: floatsAt(4, row * stride, n), bound: BOUND },
    ]),
  };
}

export function routerTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { weight, k } = weightOf(spec);
  const { N_EXPERTS: nExperts, N_USED: nUsed } = spec.overrides;
  const matrix = weightInput(weight, k, nExperts, 10, DISTINCT_ROWS);
  const src = activations(k, rows);
  const { ids, weights: shares } = router(matrix.values, src, k, nUsed);
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

function weightOf({ defines, overrides }: KernelSpec): { readonly weight: WeightType; readonly k: number } {
  const weight = WEIGHT_TYPES.find(type => type === defines.WEIGHT);
  assert(weight !== undefined, () => `a kernel for weights of type ${defines.WEIGHT}`);
  return { weight, k: overrides.BLOCKS * 32 };
}

/** How many of `N` weight rows the first few of `groups` workgroups compute for certain. */
function testedRows(N: number, groups: number): { readonly n: number; readonly groups: number } {
  const tested = Math.min(GROUPS, groups);
  return { n: Math.min(N, tested * ceilDiv(N, groups)), groups: tested };
}

/** Random weights, `n` rows of them from each of `starts` on in a matrix of `total` rows: its quants and scales, and their values. */
function weights(type: WeightType, k: number, n: number, starts: readonly number[], total: number) {
  // Rows come in whole words of scales.
  const wholeRows = alignUp(n, 2);
  const matrices = starts.map((_, i) => weightInput(type, k, wholeRows, 10 + i, DISTINCT_ROWS));
  const lengthTo = (rows: number) => repackedLayout(type, k, rows);
  const end = lengthTo(Math.max(total, starts[starts.length - 1] + wholeRows));
  const stretches = (which: 'quants' | 'scales', bytes: 'quantsBytes' | 'scalesBytes') =>
    matrices.map((matrix, i) => ({ at: lengthTo(starts[i])[bytes] / 4, words: matrix[which] }));
  const quants: Contents = { size: end.quantsBytes / 4, stretches: stretches('quants', 'quantsBytes') };
  const scales: Contents =
    end.scalesBytes > 0
      ? { size: end.scalesBytes / 4, stretches: stretches('scales', 'scalesBytes') }
      : dense(matrices[0].scales);
  return { contents: [quants, scales], values: matrices.map(({ values }) => values.slice(0, n * k)) };
}

/** Rows of `k` values, each the same whatever rows are with it. */
function activations(k: number, rows: readonly number[]): Float32Array<ArrayBuffer> {
  return joined(rows.map(row => randomValues(k, 50 + row)));
}

function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function numbers<T>(length: number, of: (i: number) => T): T[] {
  return Array.from({ length }, (_, i) => of(i));
}
