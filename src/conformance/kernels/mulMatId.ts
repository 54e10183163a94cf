import { deferredStride } from '../../gpu/kernels/deferredNorm.ts';
import { mulMatId } from '../../gpu/kernels/mulMatId.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { repackedLayout } from '../../quant/repack.ts';
import type { WeightType } from '../../quant/types.ts';
import { mulMatIdSum, mulMatIdSwiglu } from '../../reference/mulMatId.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck, type Setup } from '../check.ts';
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
  usual: {},
  setUp({ parameters, spec, rows, isWhole }): Setup {
    const { stage, weight, blocks, n: N, dst: destination, nExperts, nUsed } = parameters;
    const k = 32 * blocks;
    const { n, groups } = computedRows(N, spec, isWhole);
    const nTested = isWhole ? nExperts : Math.min(2, nExperts);
    const experts = numbers(nTested);
    const ids = Uint32Array.from(rows.flatMap(row => numbers(nUsed).map(e => (row + 2 * e + 1) % nTested)));
    const shares = joined(rows.map(row => randomValues(nUsed, 200 + row)));
    const chosen = dense(Uint32Array.from([...ids].flatMap((id, i) => [id, bitsOf(shares[i])])));
    const step = dense(plainStep(rows.length));
    const tilesOf = (tile: number) => ceilDiv(rows.length, tile);
    if (stage.kind === 'gate_up') {
      const starts = [...experts.map(e => e * N), ...experts.map(e => (nExperts + e) * N)];
      const matrix = weightRows(weight, k, 2 * nExperts * N, { starts, n, isWhole });
      const { src, x } = activations(k, rows, stage.norm, 0.2);
      const { dstStride, dstOffset = 0 } = destination;
      const dst = output(rows.length * nUsed * dstStride);
      return {
        bindings: [step, ...matrix.contents, rowsOf(src, src[0].length), dst, chosen],
        grid: ({ tile }) => [groups, tile === 1 ? nUsed : nTested, tilesOf(tile)],
        results: () => {
          const values = matrix.values();
          const [gates, ups] = [joined(values.slice(0, nTested)), joined(values.slice(nTested))];
          const h = mulMatIdSwiglu(gates, ups, joined(x), ids, { nEmbd: k, nFf: n, nUsed });
          return rows.map((_, row) =>
            numbers(nUsed).map(e => {
              const choice = row * nUsed + e;
              return floats(dst, choice * dstStride + dstOffset, rowOf(h, choice, n));
            }),
          );
        },
      };
    }
    const starts = experts.map(e => e * N);
    const matrix = weightRows(weight, k, nExperts * N, { starts, n, isWhole });
    const { src } = activations(k * nUsed, rows);
    const before = rows.map(row => randomValues(n, 100 + row));
    const { bindings, results } = ontoResidual(destination, before);
    return {
      bindings: [step, ...matrix.contents, rowsOf(src, k * nUsed), ...bindings, chosen],
      grid: ({ tile }) => [groups, tilesOf(tile), 1],
      results: () => {
        const downs = joined(matrix.values());
        const sums = mulMatIdSum(downs, joined(src), ids, shares, joined(before), {
          nEmbd: n,
          nFf: k,
          nUsed,
        });
        return results(rows.map((_, row) => rowOf(sums, row, n)));
      },
    };
  },
});

type Axes = {
  stage: 'gate_up' | 'down';
  weight: WeightType;
  rows: number;
  nExperts: number;
  nUsed: number;
  /** Values of a row of dst before and behind those of this part. */
  nBefore?: number;
  nBehind?: number;
  n?: number;
  k?: number;
};

const usual: Axes = { stage: 'gate_up', weight: 'Q4_0', rows: 3, nExperts: 4, nUsed: 2 };

export const mulMatIdCases = kernelCases(mulMatIdCheck, () => ({
  usual,
  cases: [
    // One of each layout of scales: all types go through the same loop, and a pipeline each takes some compilers long.
    ...vary<Axes>(usual, { weight: ['F32', 'F16', 'Q4_0', 'Q8_0', 'Q4_K', 'Q6_K', 'IQ3_S', 'MXFP4'] }),
    ...vary(
      usual,
      { rows: [1], nExperts: [1], nUsed: [1] },
      { rows: [17], nExperts: [8], nUsed: [3] },
      // A part of every expert.
      { rows: [5], nExperts: [3], nUsed: [2], nBefore: [12], nBehind: [7] },
      // All rows choose the same experts; and one, two, three or four rows of a tile the same, or a row is alone.
      { rows: [21], nExperts: [2], nUsed: [2] },
      { rows: [1, 2, 3, 4, 5, 8], nExperts: [3], nUsed: [1] },
    ),
  ].flatMap(axes => vary(axes, { stage: ['gate_up', 'down'] })),
  parameters: ({ stage, weight, rows, nExperts, nUsed, nBefore = 0, nBehind = 0, n = 21, ...axes }) => {
    const { k = awkwardK(weight) } = axes;
    const whole = nBefore + n + nBehind;
    const isGateUp = stage === 'gate_up';
    return {
      ...{ weight, blocks: blocksOf(k), n, nExperts, nUsed, rows },
      stage: isGateUp ? { kind: stage, norm: { k, eps: 1e-5 } } : { kind: stage },
      dst: { dstStride: isGateUp ? whole : alignUp(whole, 32), dstOffset: nBefore },
    };
  },
  seconds: 0.2,
  timed: [{ stage: 'gate_up', weight: 'Q4_0', rows: 1, n: 512, k: 2048, nExperts: 8, nUsed: 2 }],
  cost: ({ weight, rows, nUsed, n = 0, k = 0 }) => {
    const { quantsBytes, scalesBytes } = repackedLayout(weight, k, 2 * n);
    return {
      bytes: (quantsBytes + scalesBytes) * nUsed + 4 * rows * (deferredStride(k) + nUsed * n),
      flops: 2 * rows * nUsed * 2 * n * k,
    };
  },
}));
