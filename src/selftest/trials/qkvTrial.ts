import type { KernelSpec } from '../../gpu/pipelines.ts';
import { kvOffset } from '../../reference/kvCache.ts';
import { kvStore } from '../../reference/kvStore.ts';
import { mulMat } from '../../reference/mulMat.ts';
import { rope } from '../../reference/rope.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { ceilDiv } from '../../util/math.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { BOUND, dense, type ExpectedRow, floatsAt, type Trial, zeros } from '../trial.ts';
import { normedActivations, plainActivations, weightOf, weights } from './products.ts';
import { cacheLength, cells, N_POSITIONS, pageTables, placeOf, type Shape, step } from './slots.ts';

/** A product of queries, keys and values: the first head of each that it has. */
export function qkvTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { weight, k } = weightOf(spec);
  const { N, DST_OFFSET: first, Q_WIDTH, KV_WIDTH, HEAD_DIM: headDim, N_ROT: nRot } = spec.overrides;
  const heads = [
    { of: 'q', start: 0 },
    { of: 'k', start: Q_WIDTH },
    { of: 'v', start: Q_WIDTH + KV_WIDTH },
  ].filter(({ start }) => start >= first && start < first + N);
  const starts = heads.map(({ start }) => start - first);
  const { contents, values } = weights(weight, k, headDim, starts);
  const end = starts[starts.length - 1] + headDim;
  const { src, x } = spec.defines.NORMED === 1 ? normedActivations(spec, rows) : plainActivations(k, rows);
  const table = ropeTable(N_POSITIONS, { nRot, base: 10000 });
  const shape: Shape = {
    nHead: Q_WIDTH / headDim,
    nKvHead: KV_WIDTH / headDim,
    headDim,
    nRot,
    isHalf: spec.defines.CACHE === 'f16',
    pageTables: pageTables(PAGE_POSITIONS),
  };
  const length = cacheLength(shape);
  const caches = ['k', 'v'].map(() => (shape.isHalf ? new Uint16Array(length) : new Float32Array(length)));
  const expected = rows.map((number, row): ExpectedRow[] =>
    heads.map(({ of }, which) => {
      const place = placeOf(number);
      const product = mulMat(values[which], x[row], headDim, k);
      const turned = rope(product, table, [place.position], { layout: 'norm', headDim, nRot });
      if (of === 'q') return { values: turned, read: floatsAt(4, row * Q_WIDTH, headDim), bound: BOUND };
      const stored = new Float32Array(KV_WIDTH);
      stored.set(of === 'k' ? turned : product);
      const cache = of === 'k' ? caches[0] : caches[1];
      kvStore(cache, stored, [place], shape);
      return cells(cache, of === 'k' ? 6 : 7, kvOffset(shape, place), headDim);
    }),
  );
  return {
    workgroups: ({ defines }) => [
      ceilDiv(spec.workgroups[0] * end, N),
      ceilDiv(rows.length, Number(defines.M)),
      1,
    ],
    bindings: [
      step(rows),
      ...contents,
      dense(src),
      zeros(rows.length * Q_WIDTH),
      dense(table),
      ...caches.map(cache => zeros(cache.byteLength / 4)),
    ],
    rows: expected,
  };
}
