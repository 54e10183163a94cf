import { type AddExpertsShape, addExperts } from '../../gpu/kernels/addExperts.ts';
import { CHOICE_GROUP, mostChoiceGroups, sortChoices } from '../../gpu/kernels/choices.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { addExperts as addTwin } from '../../reference/addExperts.ts';
import { NO_CHOICE, sortChoices as sortTwin } from '../../reference/sortChoices.ts';
import { alignUp } from '../../util/math.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output, words } from '../contents.ts';
import { bitsOf, joined, numbers, plainStep, rowOf } from '../inputs.ts';
import { ontoResidual } from './residual.ts';

/** Choices of `nUsed` experts per row; `spread` apart in a row, so that few rows choose the same experts if it is odd. */
function idsOf(
  rows: readonly number[],
  nUsed: number,
  nExperts: number,
  spread: number,
): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(
    rows.flatMap(row => numbers(nUsed).map(e => (3 * row + spread * e + 1) % nExperts)),
  );
}

export const sortChoicesCheck = kernelCheck({
  kernel: sortChoices,
  usual: { spread: 5 },
  isBatched: false,
  setUp({ parameters, inputs: { spread } }) {
    const { batch } = parameters;
    const { nExperts, nUsed, rows } = batch;
    const ids = idsOf(numbers(rows), nUsed, nExperts, spread);
    const sorted = new Uint32Array(mostChoiceGroups(batch) * CHOICE_GROUP).fill(NO_CHOICE);
    sorted.set(sortTwin(ids, CHOICE_GROUP));
    const found = output(sorted.length + 3);
    return {
      bindings: [dense(plainStep(rows)), dense(Uint32Array.from([...ids].flatMap(id => [id, 0]))), found],
      grid: () => [1, 1, 1],
      results: () => [[words(found, 0, sorted)]],
    };
  },
});

type SortAxes = { nExperts: number; nUsed: number; rows: number; spread: number };

export const sortChoicesCases = kernelCases(sortChoicesCheck, () => ({
  usual: { nExperts: 4, nUsed: 2, rows: 5, spread: 5 },
  cases: [
    { nExperts: 4, nUsed: 2, rows: 5, spread: 5 },
    // All rows choose one expert; a group that is just full.
    { nExperts: 3, nUsed: 1, rows: 8, spread: 3 },
    { nExperts: 1, nUsed: 1, rows: 17, spread: 1 },
    // More experts and more choices than invocations.
    { nExperts: 300, nUsed: 6, rows: 64, spread: 7 },
  ],
  parameters: ({ nExperts, nUsed, rows }: SortAxes) => ({ batch: { nExperts, nUsed, rows } }),
  inputs: ({ spread }) => ({ spread }),
}));

export const addExpertsCheck = kernelCheck({
  kernel: addExperts,
  usual: {},
  setUp({ parameters, spec, rows }) {
    const { stage, n, srcStride, nUsed, dst: destination } = parameters;
    const { dstStride, dstOffset = 0 } = destination;
    const ids = idsOf(rows, nUsed, 2 * nUsed + 1, 5);
    const shares = joined(rows.map(row => randomValues(nUsed, 200 + row)));
    const products = rows.flatMap(row => numbers(nUsed).map(e => randomValues(n, 400 + row * nUsed + e)));
    const src = {
      size: products.length * srcStride,
      stretches: products.map((words, i) => ({ at: i * srcStride, words })),
    };
    const chosen = dense(Uint32Array.from([...ids].flatMap((id, i) => [id, bitsOf(shares[i])])));
    const isStored = stage.kind === 'down_store';
    const before = rows.map(row => (isStored ? new Float32Array(n) : randomValues(n, 100 + row)));
    const biases = isStored && stage.bias ? randomValues((2 * nUsed + 1) * stage.bias.rows, 300) : null;
    const weights = isStored && !stage.weighted ? shares.map(() => 1) : shares;
    const sums = () => {
      const scale = (stage.kind === 'down' ? stage.scale : undefined) ?? 1;
      const all = addTwin(
        joined(products),
        ids,
        weights,
        joined(before),
        { nEmbd: n, nUsed },
        { scale, biases },
      );
      return rows.map((_, row) => rowOf(all, row, n));
    };
    const given = [dense(plainStep(rows.length)), src, chosen];
    const grid = () => [spec.workgroups[0], rows.length, 1] as const;
    if (isStored) {
      const dst = output(rows.length * dstStride);
      return {
        bindings: [...given, dst, ...(biases ? [dense(biases)] : [])],
        grid,
        results: () => sums().map((sum, row) => [floats(dst, row * dstStride + dstOffset, sum)]),
      };
    }
    const { bindings, results } = ontoResidual(destination, before);
    return { bindings: [...given, ...bindings], grid, results: () => results(sums()) };
  },
});

type AddAxes = {
  stage: AddExpertsShape['stage']['kind'];
  n: number;
  nUsed: number;
  rows: number;
  factor?: number;
  bias?: true;
  unweighted?: true;
};

const usual: AddAxes = { stage: 'down', n: 70, nUsed: 3, rows: 2 };

function addCases(): AddAxes[] {
  const stored: AddAxes = { ...usual, stage: 'down_store' };
  return [
    usual,
    stored,
    { ...usual, nUsed: 1, rows: 1, n: 300 },
    { ...usual, nUsed: 14, factor: 0.22 },
    { ...stored, bias: true },
    { ...stored, bias: true, unweighted: true },
  ];
}

export const addExpertsCases = kernelCases(addExpertsCheck, () => ({
  usual,
  cases: addCases(),
  parameters: ({ stage: kind, n, nUsed, rows, factor, bias, unweighted }: AddAxes): AddExpertsShape => ({
    stage:
      kind === 'down'
        ? { kind, ...(factor !== undefined && { scale: factor }) }
        : { kind, weighted: !unweighted, ...(bias && { bias: { rows: n } }) },
    ...{ n, nUsed, rows, srcStride: alignUp(n, 32), dst: { dstStride: alignUp(n, 32) } },
  }),
}));
