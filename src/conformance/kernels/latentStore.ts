import { type LatentStoreShape, latentStore } from '../../gpu/kernels/latentStore.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { kvOffset } from '../../reference/kvCache.ts';
import { latentStore as twin } from '../../reference/latentStore.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { cacheWords, cells, pageTables, placeOf, positionsOf } from '../cache.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output, rowsOf } from '../contents.ts';
import { stepBuffer } from '../inputs.ts';

export const latentStoreCheck = kernelCheck({
  kernel: latentStore,
  usual: {},
  setUp({ parameters, spec, rows }) {
    const { nHead, nNope, nRope, nLatent, cache, qStride, qLatentStride, kvStride } = parameters;
    const width = nLatent + nRope;
    const rowsFrom = (length: number, seed: number, scale = 1) =>
      rows.map(row => randomValues(length, seed + row, scale));
    const q = rowsFrom(nHead * (nNope + nRope), 50);
    const qLatent = rowsFrom(nHead * nLatent, 80);
    const kv = rowsFrom(width, 110, 3);
    const weight = randomValues(nLatent, 49);
    const nPositions = positionsOf(PAGE_POSITIONS);
    const tables = pageTables(nPositions);
    const table = ropeTable(nPositions, { nRot: nRope, base: 10000 });
    const places = rows.map(row => placeOf(row));
    const shape = { pageTables: tables, nKvHead: 1, headDim: width };
    const dst = output(rows.length * nHead * width);
    const kCache = output(cacheWords({ ...shape, cache }, tables));
    return {
      bindings: [
        dense(stepBuffer(places, [], tables)),
        rowsOf(q, qStride),
        rowsOf(qLatent, qLatentStride),
        rowsOf(kv, kvStride),
        dst,
        kCache,
        dense(table),
        dense(weight),
      ],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () =>
        places.map((place, i) => {
          const inputs = { q: q[i], qLatent: qLatent[i], kv: kv[i], weight };
          const own = twin(inputs, table, place.position, parameters);
          return [
            floats(dst, i * nHead * width, own.queries),
            cells(kCache, cache, kvOffset(shape, place), own.cell),
          ];
        }),
    };
  },
});

type Axes = Pick<LatentStoreShape, 'nHead' | 'nNope' | 'nRope' | 'nLatent' | 'cache' | 'rows'>;

const usual: Axes = { nHead: 3, nNope: 8, nRope: 4, nLatent: 12, cache: 'f32', rows: 8 };

export const latentStoreCases = kernelCases(latentStoreCheck, () => ({
  usual,
  cases: [
    usual,
    { ...usual, rows: 1 },
    { ...usual, cache: 'f16' },
    // Widths of DeepSeek-V2.
    { nHead: 2, nNope: 128, nRope: 64, nLatent: 512, cache: 'f16', rows: 3 },
  ],
  // Strides larger than the rows.
  parameters: (axes): LatentStoreShape => ({
    ...axes,
    qStride: axes.nHead * (axes.nNope + axes.nRope) + 4,
    qLatentStride: axes.nHead * axes.nLatent + 8,
    kvStride: axes.nLatent + axes.nRope + 12,
    eps: 0.1,
  }),
}));
