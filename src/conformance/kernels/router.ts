import { router } from '../../gpu/kernels/router.ts';
import type { WeightType } from '../../quant/types.ts';
import { router as twin } from '../../reference/router.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { asFloats, dense, output, type Result, rowsOf } from '../contents.ts';
import { activations, awkwardK, blocksOf, plainStep, weightRows } from '../inputs.ts';

export const routerCheck = kernelCheck({
  kernel: router,
  usual: { scale: 1 },
  setUp({ parameters: { weight, blocks, norm, nExperts, nUsed }, rows, inputs: { scale }, isWhole }) {
    const k = 32 * blocks;
    const matrix = weightRows(weight, k, nExperts, { isWhole, scale });
    const { src, x } = activations(k, rows, norm);
    // Pairs of an expert and its weight.
    const chosen = output(2 * rows.length * nUsed);
    const pairs = (row: number) => ({ of: chosen, at: 2 * row * nUsed, length: 2 * nUsed });
    return {
      bindings: [dense(plainStep(rows.length)), ...matrix.contents, rowsOf(src, src[0].length), chosen],
      grid: () => [rows.length, 1, 1],
      results: () => {
        const [values] = matrix.values();
        return x.map((row, i): Result[] => {
          const { ids, weights } = twin(values, row, k, nUsed);
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

type Axes = { weight: WeightType; rows: number; nExperts: number; nUsed: number; scale: number };

const usual: Axes = { weight: 'F32', rows: 1, nExperts: 4, nUsed: 2, scale: 1 };

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
  ],
  parameters: ({ weight, rows, nExperts, nUsed }) => {
    const k = awkwardK(weight);
    return { weight, blocks: blocksOf(k), norm: { k, eps: 1e-5 }, nExperts, nUsed, rows };
  },
  inputs: ({ scale }) => ({ scale }),
}));
