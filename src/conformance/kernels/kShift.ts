import type { HeadShape } from '../../gpu/kernels/heads.ts';
import { kShift } from '../../gpu/kernels/kShift.ts';
import { kShift as twin } from '../../reference/kShift.ts';
import { kvOffset } from '../../reference/kvCache.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { cacheValues, cacheWords, cells, pageTables, positionsOf } from '../cache.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, output } from '../contents.ts';
import { headShapes, usualHeads } from './heads.ts';

export const kShiftCheck = kernelCheck({
  kernel: kShift,
  // Few positions, on both sides of the edge of a page.
  usual: { keep: PAGE_POSITIONS - 8, discard: 5, end: PAGE_POSITIONS + 9 },
  isBatched: false,
  setUp({ parameters: heads, spec, inputs: { keep, discard, end } }) {
    const slot = 1;
    const { nKvHead, headDim, nRot, cache } = heads;
    const nPositions = positionsOf(PAGE_POSITIONS);
    const tables = pageTables(nPositions);
    const table = ropeTable(nPositions, { nRot, base: 10000 });
    const nWords = cacheWords(heads, tables);
    const before = [1, 2].map(seed => cacheValues(cache, nWords, seed));
    const caches = before.map(({ words }) => output(nWords, [{ at: 0, words }]));
    const given = new Uint32Array(8);
    given.set([keep, discard, end, 0, ...tables[slot]]);
    return {
      bindings: [dense(given), dense(table), ...caches],
      grid: () => spec.workgroups,
      results: () => {
        const [k, v] = before.map(({ floats }) => floats.slice());
        const shape = { nKvHead, headDim, pageTables: tables };
        twin(k, v, table, shape, { layout: 'norm', nRot }, { slot, keep, discard, end });
        const around = Array.from({ length: end - keep + 2 }, (_, i) => keep - 1 + i);
        return around
          .filter(position => position >= 0)
          .map(position =>
            [k, v].map((values, which) => {
              const at = kvOffset(shape, { slot, position });
              return cells(caches[which], cache, at, values.slice(at, at + nKvHead * headDim));
            }),
          );
      },
    };
  },
});

type Axes = HeadShape & { keep: number; discard: number; end: number };

const shifts = [
  { keep: 0, discard: 5, end: 12 },
  { keep: 3, discard: 60, end: 150 },
  { keep: 1, discard: 1, end: 2 },
];

export const kShiftCases = kernelCases(kShiftCheck, () => ({
  usual: { ...usualHeads, ...shifts[0] },
  cases: headShapes().flatMap(heads => shifts.map((shift): Axes => ({ ...heads, ...shift }))),
  parameters: ({ nHead, nKvHead, headDim, nRot, cache }) => ({ nHead, nKvHead, headDim, nRot, cache }),
  inputs: ({ keep, discard, end }) => ({ keep, discard, end }),
}));
