import type { MulMatEpilogue, MulMatShape } from '../../gpu/kernels/mulMat.ts';
import { kvOffset } from '../../reference/kvCache.ts';
import { mulMat as twin } from '../../reference/mulMat.ts';
import { rope } from '../../reference/rope.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { ceilDiv } from '../../util/math.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { cacheWords, cells, pageTables, placeOf, positionsOf } from '../cache.ts';
import type { Batch, Setup } from '../check.ts';
import { dense, floats, output, type Result, rowsOf } from '../contents.ts';
import { activations, numbers, stepBuffer, weightRows } from '../inputs.ts';

type Qkv = Extract<MulMatEpilogue, { readonly kind: 'qkv' }>;

/** Products that are stored as queries, keys and values where attention reads them: every head, or the first of each. */
export function setUpQkv(
  { parameters, rows, inputs: { scale }, isWhole }: Batch<MulMatShape, { readonly scale: number }>,
  { heads, first }: Qkv,
): Setup {
  const { weight, blocks, n: N, norm } = parameters;
  const k = 32 * blocks;
  const { nHead, nKvHead, headDim, nRot, cache } = heads;
  const kinds = [
    { of: 'q', start: 0, count: nHead },
    { of: 'k', start: nHead * headDim, count: nKvHead },
    { of: 'v', start: (nHead + nKvHead) * headDim, count: nKvHead },
  ] as const;
  const computed = kinds
    .filter(({ start }) => start >= first && start < first + N)
    .flatMap(({ of, start, count }) =>
      numbers(isWhole ? count : 1).map(head => ({
        of,
        at: head * headDim,
        start: start + head * headDim - first,
      })),
    );
  const starts = computed.map(({ start }) => start);
  const matrix = weightRows(weight, k, headDim, { starts, isWhole, scale });
  const { src, x } = activations(k, rows, norm, scale);
  const nPositions = positionsOf(PAGE_POSITIONS);
  const tables = pageTables(nPositions);
  const table = ropeTable(nPositions, { nRot, base: 10000 });
  const places = rows.map(row => placeOf(row));
  const nWords = cacheWords(heads, tables);
  const [q, kCache, vCache] = [output(rows.length * nHead * headDim), output(nWords), output(nWords)];
  return {
    bindings: [
      dense(stepBuffer(places, [], tables)),
      ...matrix.contents,
      rowsOf(src, src[0].length),
      q,
      dense(table),
      kCache,
      vCache,
    ],
    grid: own => {
      const end = starts[starts.length - 1] + headDim;
      return [ceilDiv(own.workgroups[0] * end, N), ceilDiv(rows.length, own.tile), 1];
    },
    results: () => {
      const values = matrix.values();
      return places.map((place, row) =>
        computed.map(({ of, at }, which): Result => {
          const product = twin(values[which], x[row], headDim, k);
          const turned = rope(product, table, [place.position], { layout: 'norm', headDim, nRot });
          if (of === 'q') return floats(q, row * nHead * headDim + at, turned);
          const cell = kvOffset({ pageTables: tables, nKvHead, headDim }, place) + at;
          return of === 'k' ? cells(kCache, cache, cell, turned) : cells(vCache, cache, cell, product);
        }),
      );
    },
  };
}
