import type { HeadShape } from '../../gpu/kernels/heads.ts';
import { type KShiftShape, kShift } from '../../gpu/kernels/kShift.ts';
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
  setUp({ parameters, spec, inputs: { keep, discard, end } }) {
    const slot = 1;
    const { nKvHead, headDim, valueDim = headDim, nRot, cache, magnitude = 1, latent } = parameters;
    const nPositions = positionsOf(PAGE_POSITIONS);
    const tables = pageTables(nPositions);
    const table = ropeTable(nPositions, { nRot, base: 10000, magnitude });
    const shapes = (latent ? [headDim] : [headDim, valueDim]).map(dim => {
      return { nKvHead, headDim: dim, pageTables: tables };
    });
    const before = shapes.map((shape, which) =>
      cacheValues(cache, cacheWords({ ...shape, cache }, tables), 1 + which),
    );
    const caches = before.map(({ words }) => output(words.length, [{ at: 0, words }]));
    const given = new Uint32Array(8);
    given.set([keep, discard, end, 0, ...tables[slot]]);
    return {
      bindings: [dense(given), ...(nRot > 0 ? [dense(table)] : []), ...caches],
      grid: () => spec.workgroups,
      results: () => {
        const after = before.map(({ floats }) => floats.slice());
        const [k, v = null] = after;
        const rotation = { ...parameters, layout: 'norm' } as const;
        twin(k, v, table, shapes[0], rotation, { slot, keep, discard, end });
        const around = Array.from({ length: end - keep + 2 }, (_, i) => keep - 1 + i);
        return around
          .filter(position => position >= 0)
          .map(position =>
            after.map((values, which) => {
              const at = kvOffset(shapes[which], { slot, position });
              const length = nKvHead * shapes[which].headDim;
              return cells(caches[which], cache, at, values.slice(at, at + length));
            }),
          );
      },
    };
  },
});

/** Features of a context shift in models other than llama. */
type Features = Pick<KShiftShape, 'valueDim' | 'rotFrom' | 'magnitude' | 'latent'>;

type Axes = Omit<HeadShape, 'nHead'> & Features & { keep: number; discard: number; end: number };

const shifts = [
  { keep: 0, discard: 5, end: 12 },
  { keep: 3, discard: 60, end: 150 },
  { keep: 1, discard: 1, end: 2 },
];

const usual: Axes = { ...usualHeads, ...shifts[0] };

function featureCases(): Partial<Axes>[] {
  return [
    { nRot: 0 },
    { nRot: 6 },
    { nRot: 6, rotFrom: 2 },
    { cache: 'f16', valueDim: 32, magnitude: 1.2 },
    { headDim: 32, valueDim: 8 },
    { nKvHead: 1, headDim: 24, nRot: 8, rotFrom: 16, latent: true, magnitude: 0.8 },
    { nRot: 0, latent: true },
  ];
}

export const kShiftCases = kernelCases(kShiftCheck, () => ({
  usual,
  cases: [
    ...headShapes().flatMap(heads => shifts.map((shift): Axes => ({ ...heads, ...shift }))),
    ...featureCases().map(axes => ({ ...usualHeads, ...shifts[1], ...axes })),
  ],
  parameters: ({ nKvHead, headDim, nRot, cache, valueDim, rotFrom, magnitude, latent }): KShiftShape => ({
    ...{ nKvHead, headDim, nRot, cache },
    ...(valueDim !== undefined && { valueDim }),
    ...(rotFrom !== undefined && { rotFrom }),
    ...(magnitude !== undefined && { magnitude }),
    ...(latent && { latent }),
  }),
  inputs: ({ keep, discard, end }) => ({ keep, discard, end }),
}));
