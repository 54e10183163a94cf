import { deferredStride } from '../../gpu/kernels/deferredNorm.ts';
import { chosenToken, getRows } from '../../gpu/kernels/getRows.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { repackedLayout } from '../../quant/repack.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { getRows as twin } from '../../reference/getRows.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output } from '../contents.ts';
import { awkwardK, blocksOf, deferredRow, rowOf, stepBuffer, weightRows } from '../inputs.ts';

/** Number of positions with a row in the table. */
const N_POSITIONS = 7;

export const getRowsCheck = kernelCheck({
  kernel: getRows,
  /** Number of tokens before the matrix's first, and after its last, which a batch may have as well. */
  usual: { nOthers: 0 },
  setUp({ parameters, spec, rows, inputs: { nOthers } }) {
    const { weight, blocks, n, firstToken = 0, scale = 1, plain = false } = parameters;
    const k = 32 * blocks;
    const table = parameters.positions ? randomValues(N_POSITIONS * k, 3) : null;
    const positions = rows.map(row => (row * 5 + 2) % N_POSITIONS);
    const nTokens = Math.min(4, n);
    const matrix = weightRows(weight, k, nTokens);
    const tokens = rows.map(row => ((row * 7 + 1) % (nTokens + 2 * nOthers)) - nOthers);
    const normWeight = randomValues(k, 2);
    const x = output(rows.length * k);
    const next = output(rows.length * deferredStride(k));
    return {
      bindings: [
        // Every other token refers to an earlier step's choice.
        dense(
          stepBuffer(
            tokens.map((token, i) => ({
              token: i % 2 === 0 ? chosenToken(i) : firstToken + token,
              position: positions[i],
            })),
          ),
        ),
        ...matrix.contents,
        x,
        ...(plain ? [] : [dense(normWeight), next]),
        dense(Uint32Array.from(tokens, token => firstToken + token)),
        ...(table ? [dense(table)] : []),
      ],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () => {
        const [values] = matrix.values();
        return tokens.map((token, row) => {
          // Left to the other parts of the vocabulary.
          if (token < 0 || token >= nTokens) return [];
          const added = table && rowOf(table, positions[row], k);
          const embedding = twin(values, k, [token], { scale, positions: added });
          const deferred = plain ? [] : deferredRow(next, row, embedding, normWeight, k);
          return [floats(x, row * k, embedding, 1e-14), ...deferred];
        });
      },
    };
  },
});

type Axes = {
  weight: WeightType;
  rows: number;
  firstToken?: number;
  k?: number;
  /** Factor of the embeddings. */
  factor?: number;
  positions?: true;
  plain?: true;
};
const usual: Axes = { weight: 'Q4_0', rows: 1 };

export const getRowsCases = kernelCases(getRowsCheck, () => ({
  usual,
  cases: [
    ...vary(usual, { weight: WEIGHT_TYPES, rows: [5] }),
    // A part of a vocabulary: the batch has tokens before it and after it.
    ...vary<Axes>(usual, { weight: ['F32', 'Q4_0'], rows: [9], firstToken: [4] }),
    { ...usual, rows: 3, factor: 24 },
    { ...usual, rows: 5, factor: 0.5, positions: true },
    { ...usual, rows: 5, factor: 4, plain: true },
  ],
  parameters: ({ weight, rows, firstToken = 0, k = awkwardK(weight), factor = 1, positions, plain }) => {
    return {
      ...{ weight, blocks: blocksOf(k), n: firstToken > 0 ? 4 : 11, firstToken, rows },
      ...(factor !== 1 && { scale: factor }),
      ...(positions && { positions }),
      ...(plain && { plain }),
    };
  },
  inputs: ({ firstToken = 0 }) => ({ nOthers: firstToken > 0 ? 4 : 0 }),
  timed: [{ weight: 'Q4_0', k: 2048, rows: 1 }],
  cost: ({ weight, k = 0 }) => {
    const { quantsBytes, scalesBytes } = repackedLayout(weight, k, 1);
    return { bytes: quantsBytes + scalesBytes + 4 * (2 * k + deferredStride(k)), flops: 3 * k };
  },
}));
