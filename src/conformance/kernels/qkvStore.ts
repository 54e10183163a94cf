import type { HeadShape } from '../../gpu/kernels/heads.ts';
import { type QkvStoreShape, qkvStore } from '../../gpu/kernels/qkvStore.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { kvOffset } from '../../reference/kvCache.ts';
import { type QkWeights, qkvStore as twin } from '../../reference/qkvStore.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { alignUp } from '../../util/math.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { cacheWords, cells, pageTables, placeOf, positionsOf } from '../cache.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output, rowsOf } from '../contents.ts';
import { joined, padded, stepBuffer } from '../inputs.ts';
import { usualHeads } from './heads.ts';

export const qkvStoreCheck = kernelCheck({
  kernel: qkvStore,
  usual: { scale: 1 },
  setUp({ parameters, spec, rows, inputs: { scale } }) {
    const { nHead, nKvHead, headDim, valueDim = headDim, nRot, cache, srcStride } = parameters;
    const { queriesOnly = false, valuesOfKeys } = parameters;
    const qWidth = nHead * headDim;
    const kWidth = queriesOnly ? 0 : nKvHead * headDim;
    const vWidth = queriesOnly || valuesOfKeys ? 0 : nKvHead * valueDim;
    const src = rows.map(row => randomValues(qWidth + kWidth + vWidth, 50 + row, scale));
    const weights = weightsOf(parameters);
    const tables = pageTables(positionsOf(PAGE_POSITIONS));
    const table = ropeTable(positionsOf(PAGE_POSITIONS), { nRot, base: 10000 });
    const places = rows.map(row => placeOf(row));
    const q = output(rows.length * qWidth);
    const kCache = output(cacheWords(parameters, tables));
    const vCache = output(cacheWords({ ...parameters, headDim: valueDim }, tables));
    const inParams = [weights.q, weights.k].filter(({ length }) => length > 0);
    return {
      bindings: [
        dense(stepBuffer(places, [], tables)),
        rowsOf(src, srcStride),
        q,
        ...(queriesOnly ? [] : [kCache, vCache]),
        ...(nRot > 0 ? [dense(table)] : []),
        ...(inParams.length > 0 ? [dense(joined(inParams.map(weight => padded(weight))))] : []),
      ],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () =>
        places.map((place, i) => {
          const heads = twin(src[i], table, weights, place.position, parameters);
          const at = (dim: number) => kvOffset({ pageTables: tables, nKvHead, headDim: dim }, place);
          const queries = floats(q, i * qWidth, heads.q);
          if (queriesOnly) return [queries];
          return [
            queries,
            cells(kCache, cache, at(headDim), heads.k),
            cells(vCache, cache, at(valueDim), heads.v),
          ];
        }),
    };
  },
});

function weightsOf({ qkNorm, nHead, nKvHead, headDim, queriesOnly }: QkvStoreShape): QkWeights {
  const of = (heads: number, seed: number) => {
    if (!qkNorm || qkNorm.weights === 'unit') return new Float32Array();
    return randomValues(qkNorm.weights === 'head' ? headDim : heads * headDim, seed);
  };
  return { q: of(nHead, 1), k: queriesOnly ? new Float32Array() : of(nKvHead, 2) };
}

type Axes = HeadShape & {
  valueDim: number;
  rows: number;
  norm: 'none' | 'rms' | 'layer';
  weights: 'head' | 'heads' | 'row' | 'unit';
  afterRope: boolean;
  temperature: boolean;
  scale: number;
  /** Norm and origin of values. */
  values: 'plain' | 'normed' | 'keys' | 'paired keys' | 'none';
};

const usual: Axes = {
  ...usualHeads,
  valueDim: 16,
  rows: 8,
  norm: 'none',
  weights: 'head',
  afterRope: false,
  temperature: false,
  scale: 1,
  values: 'plain',
};

function valuesOf({ values, nRot }: Axes): Partial<QkvStoreShape> {
  switch (values) {
    case 'plain':
      return {};
    case 'none':
      return { queriesOnly: true };
    case 'normed':
      return { valueEps: 0.02 };
    case 'keys':
    case 'paired keys':
      return { valueEps: 0.02, valuesOfKeys: { split: values === 'keys' ? 0 : nRot } };
  }
}

export const qkvStoreCases = kernelCases(qkvStoreCheck, () => ({
  usual,
  cases: [
    usual,
    // Half of a quad is rotated, or nothing.
    ...vary<Axes>(usual, { nRot: [6, 0], valueDim: [8], cache: ['f16'] }),
    // Beyond the largest f16: the cache saturates.
    ...vary<Axes>(usual, { nRot: [0], valueDim: [8], cache: ['f16'], rows: [3], scale: [1e6] }),
    { ...usual, nHead: 1, nKvHead: 1, headDim: 4, nRot: 2, valueDim: 12, norm: 'rms', weights: 'unit' },
    { ...usual, norm: 'rms' },
    { ...usual, norm: 'rms', scale: 1e4 },
    { ...usual, norm: 'rms', afterRope: true, cache: 'f16', temperature: true },
    // Keys' weights do not begin where queries' end; more quads than lanes.
    { ...usual, nHead: 3, nKvHead: 1, headDim: 200, valueDim: 200, norm: 'layer', weights: 'heads', rows: 2 },
    {
      ...usual,
      nHead: 3,
      nKvHead: 3,
      headDim: 12,
      valueDim: 12,
      nRot: 10,
      norm: 'rms',
      weights: 'row',
      rows: 3,
    },
    { ...usual, norm: 'layer', weights: 'row', afterRope: true, rows: 1 },
    { ...usual, nRot: 0, norm: 'layer', temperature: true, rows: 3 },
    { ...usual, values: 'normed', valueDim: 8 },
    { ...usual, values: 'normed', norm: 'rms', cache: 'f16', headDim: 200, valueDim: 200, rows: 2 },
    { ...usual, values: 'keys', norm: 'rms' },
    { ...usual, values: 'paired keys', norm: 'rms', nRot: 12, rows: 3 },
    { ...usual, values: 'none', norm: 'rms', weights: 'head' },
    { ...usual, values: 'none', nRot: 0, norm: 'rms', weights: 'heads', rows: 2 },
  ],
  parameters: (axes): QkvStoreShape => {
    const { nHead, nKvHead, headDim, nRot, cache, valueDim, rows, norm, weights, afterRope } = axes;
    return {
      ...{ nHead, nKvHead, headDim, nRot, cache, valueDim, rows },
      srcStride: alignUp((nHead + nKvHead) * headDim + nKvHead * valueDim, 32) + 32,
      qkNorm: norm === 'none' ? null : { kind: norm, weights, eps: 0.01, afterRope },
      ...valuesOf(axes),
      temperature: axes.temperature ? { scale: 0.1, length: 50, offset: 1 } : null,
    };
  },
  inputs: ({ scale }) => ({ scale }),
  timed: [{ nHead: 32, nKvHead: 4, headDim: 64, valueDim: 64, nRot: 64, cache: 'f16', rows: 1, norm: 'rms' }],
  cost: ({ nHead, nKvHead, headDim }) => ({
    bytes: 4 * (2 * nHead + 2 * nKvHead) * headDim + 2 * 2 * nKvHead * headDim,
    flops: 8 * (nHead + nKvHead) * headDim,
  }),
}));
