import { type RouterShape, router } from '../../gpu/kernels/router.ts';
import { randomValues } from '../../quant/randomValues.ts';
import type { WeightType } from '../../quant/types.ts';
import { router as twin } from '../../reference/router.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { asFloats, dense, output, type Result, rowsOf } from '../contents.ts';
import { activations, awkwardK, blocksOf, joined, padded, plainStep, weightRows } from '../inputs.ts';

export const routerCheck = kernelCheck({
  kernel: router,
  /** Magnitude of weights, and typical value of the router's biases. */
  usual: { scale: 1, biases: 0 },
  setUp({ parameters, rows, inputs: { scale, biases }, isWhole }) {
    const { weight, blocks, norm, nExperts, nUsed } = parameters;
    const k = 32 * blocks;
    const matrix = weightRows(weight, k, nExperts, { isWhole, scale });
    const { src, x } = activations(k, rows, norm);
    const routerBias = parameters.routerBias ? randomValues(nExperts, 13).map(value => value + biases) : null;
    const selectionBias = parameters.selectionBias ? randomValues(nExperts, 14) : null;
    const outputScale = parameters.outputScale ? randomValues(nExperts, 15) : null;
    const vectors = [routerBias, selectionBias, outputScale].flatMap(vector =>
      vector ? [padded(vector)] : [],
    );
    // Pairs of an expert and its weight.
    const chosen = output(2 * rows.length * nUsed);
    const pairs = (row: number) => ({ of: chosen, at: 2 * row * nUsed, length: 2 * nUsed });
    return {
      bindings: [
        dense(plainStep(rows.length)),
        ...matrix.contents,
        rowsOf(src, src[0].length),
        chosen,
        ...(vectors.length > 0 ? [dense(joined(vectors))] : []),
      ],
      grid: () => [rows.length, 1, 1],
      results: () => {
        const [values] = matrix.values();
        return x.map((row, i): Result[] => {
          const { ids, weights } = twin(values, row, k, nUsed, {
            ...{ ...parameters, routerBias, selectionBias, outputScale },
          });
          return [
            { ...pairs(i), values: ids, read: found => found.filter((_, j) => j % 2 === 0), bound: 0 },
            {
              ...pairs(i),
              values: weights,
              read: found => asFloats(found.filter((_, j) => j % 2 === 1)),
              bound: 1e-10,
            },
          ];
        });
      },
    };
  },
});

/** Features of routers other than Mixtral's. */
type Features = Pick<
  RouterShape,
  'gating' | 'normalise' | 'weightScale' | 'selectionBias' | 'routerBias' | 'outputScale'
> & {
  readonly groups?: string;
};

type Axes = Features & {
  weight: WeightType;
  rows: number;
  nExperts: number;
  nUsed: number;
  scale: number;
  /** Rows of src without a norm. */
  plain?: true;
  biases?: number;
};

const usual: Axes = { weight: 'F32', rows: 1, nExperts: 4, nUsed: 2, scale: 1 };

function featureCases(): Axes[] {
  const few: Axes = { weight: 'F32', rows: 3, nExperts: 8, nUsed: 3, scale: 0.2 };
  const grouped: Axes = { ...few, nExperts: 12, nUsed: 4 };
  return [
    { ...few, normalise: false },
    { ...few, plain: true },
    { ...few, routerBias: true },
    { ...few, gating: 'softmaxOfChosen', routerBias: true, weightScale: 2.5 },
    { ...few, nExperts: 130, nUsed: 6, gating: 'sigmoid' },
    // Several experts for each invocation.
    { ...few, rows: 1, nExperts: 1024, nUsed: 8, normalise: false },
    { ...few, plain: true, gating: 'sigmoid', normalise: false, selectionBias: true },
    { ...few, plain: true, outputScale: true },
    { ...few, gating: 'sigmoid', routerBias: true, selectionBias: true, outputScale: true },
    // Weights whose sum is too small to divide by.
    { ...few, biases: -20, gating: 'sigmoid', routerBias: true },
    { ...grouped, groups: '2 of 4', normalise: false },
    {
      ...grouped,
      ...{ gating: 'sigmoid', groups: '1 of 3', routerBias: true, selectionBias: true, weightScale: 2.5 },
    },
    // All groups equal: the first groups win, and in them the first experts.
    { ...grouped, scale: 0, groups: '2 of 4', gating: 'sigmoid' },
  ];
}

function groupsOf({ groups }: Axes): Pick<RouterShape, 'groups'> {
  if (groups === undefined) return {};
  const [used, count] = groups.split(' of ').map(Number);
  return { groups: { used, count } };
}

export const routerCases = kernelCases(routerCheck, () => ({
  usual,
  cases: [
    { weight: 'F32', rows: 1, nExperts: 4, nUsed: 2, scale: 1 },
    { weight: 'F32', rows: 5, nExperts: 1, nUsed: 1, scale: 1 },
    { weight: 'F16', rows: 3, nExperts: 8, nUsed: 8, scale: 1 },
    { weight: 'Q8_0', rows: 2, nExperts: 130, nUsed: 6, scale: 1 },
    { weight: 'F32', rows: 2, nExperts: 60, nUsed: 4, scale: 30 },
    // All logits equal: the lowest ids win.
    { weight: 'F32', rows: 2, nExperts: 8, nUsed: 3, scale: 0 },
    ...featureCases(),
  ],
  parameters: (axes): RouterShape => {
    const { weight, rows, nExperts, nUsed, plain } = axes;
    const { gating, normalise, weightScale, selectionBias, routerBias, outputScale } = axes;
    const k = awkwardK(weight);
    return {
      ...{ weight, blocks: blocksOf(k), nExperts, nUsed, rows },
      ...(!plain && { norm: { k, eps: 1e-5 } }),
      ...(gating && { gating }),
      ...(normalise !== undefined && { normalise }),
      ...(weightScale !== undefined && { weightScale }),
      ...(selectionBias && { selectionBias }),
      ...(routerBias && { routerBias }),
      ...(outputScale && { outputScale }),
      ...groupsOf(axes),
    };
  },
  inputs: ({ scale, biases = 0 }) => ({ scale, biases }),
}));
