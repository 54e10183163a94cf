import { chosenToken } from '../../gpu/kernels/getRows.ts';
import { rmsNorm as rmsNormKernel } from '../../gpu/kernels/rmsNorm.ts';
import {
  advance,
  argmax as argmaxKernel,
  fillDraft,
  topK as topKKernel,
} from '../../gpu/kernels/sampling.ts';
import { swiglu as swigluKernel } from '../../gpu/kernels/swiglu.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { argmax } from '../../reference/argmax.ts';
import { rmsNorm } from '../../reference/rmsNorm.ts';
import { swiglu } from '../../reference/swiglu.ts';
import { topK } from '../../reference/topK.ts';
import { bitsOf, padRows, plainStep, stepBuffer } from '../../selftest/inputs.ts';
import { alignUp } from '../../util/math.ts';
import { caseId, type KernelCase } from '../kernelCase.ts';

const normShapes = [
  { k: 64, rows: 1, scale: 1, gather: false },
  { k: 172, rows: 5, scale: 1, gather: false },
  { k: 1, rows: 2, scale: 1, gather: false },
  { k: 512, rows: 3, scale: 1e4, gather: false },
  { k: 512, rows: 3, scale: 1e-6, gather: false },
  { k: 288, rows: 6, scale: 1, gather: true },
];

const EPS = 1e-5;

function normKernel({ k, gather }: (typeof normShapes)[number], rows: number, tuning: Tuning): KernelSpec {
  return rmsNormKernel({ k, kPadded: alignUp(k, 32), eps: EPS, rows, gather }, tuning);
}

export const rmsNormCases: readonly KernelCase[] = normShapes.map(parameters => ({
  id: caseId('rms_norm', parameters),
  forRows: (tuning, rows) => normKernel(parameters, rows, tuning),
  make: tuning => {
    const { k, rows, scale, gather } = parameters;
    const x = randomValues(rows * k, 30, scale);
    const weight = randomValues(k, 31);
    const outputs = gather ? [4, 1, 5] : Array.from({ length: rows }, (_, row) => row);
    const kPadded = alignUp(k, 32);
    const batch = Array.from({ length: rows }, () => ({}));
    return {
      spec: normKernel(parameters, outputs.length, tuning),
      bindings: [
        stepBuffer(batch, outputs),
        padRows(x, k),
        padRows(weight, k),
        new Float32Array(outputs.length * kPadded).fill(7),
      ],
      expected: [{ binding: 3, values: padRows(rmsNorm(x, weight, k, EPS, outputs), k), bound: 1e-12 }],
    };
  },
}));

export const swigluCases: readonly KernelCase[] = [
  { n: 1, rows: 1, scale: 1 },
  { n: 172, rows: 4, scale: 1 },
  { n: 64, rows: 2, scale: 60 },
  // exp overflows from 88 on.
  { n: 256, rows: 1, scale: 300 },
].map(parameters => ({
  id: caseId('swiglu', parameters),
  forRows: (_, rows) => swigluOf(parameters.n, rows),
  make: () => {
    const { n, rows, scale } = parameters;
    const gateUp = randomValues(rows * 2 * n, 32, scale);
    const part = (which: 0 | 1) =>
      Float32Array.from(
        { length: rows * n },
        (_, i) => gateUp[Math.floor(i / n) * 2 * n + which * n + (i % n)],
      );
    return {
      spec: swigluOf(n, rows),
      bindings: [plainStep(rows), gateUp, new Float32Array(rows * n)],
      expected: [{ binding: 2, values: swiglu(part(0), part(1)), bound: 1e-12 }],
    };
  },
}));

function swigluOf(n: number, rows: number): KernelSpec {
  return swigluKernel({ n, rows, srcStride: 2 * n, dstStride: n });
}

/** Rows of logits, some of them with ties at the top and at the edge of the set. */
function logitRows(nVocab: number, rows: number, kind: LogitKind): Float32Array<ArrayBuffer> {
  const values = randomValues(nVocab * rows, 33, 10);
  switch (kind) {
    case 'random':
      return values;
    case 'ties':
      return values.map(value => Math.round(value / 4));
    case 'equal':
      return values.fill(-3);
  }
}
type LogitKind = 'random' | 'ties' | 'equal';

/** `draftStep`: results of a later step of a draft chain go behind those of the earlier ones. */
const logitShapes = [
  { nVocab: 1024, rows: 3, kind: 'random', draftStep: 0 },
  { nVocab: 1000, rows: 2, kind: 'ties', draftStep: 0 },
  { nVocab: 300, rows: 1, kind: 'equal', draftStep: 0 },
  { nVocab: 128256, rows: 1, kind: 'random', draftStep: 0 },
  { nVocab: 1, rows: 2, kind: 'random', draftStep: 0 },
  { nVocab: 65, rows: 17, kind: 'ties', draftStep: 0 },
  { nVocab: 200, rows: 2, kind: 'random', draftStep: 3 },
] as const;

function draftStepBuffer(rows: number, draftStep: number): Uint32Array<ArrayBuffer> {
  const step = plainStep(rows);
  step[2] = draftStep;
  return step;
}

/** (token, bits of its logit) of each. */
function tokenPairs(tokens: Uint32Array, logitOf: (i: number) => number): Uint32Array<ArrayBuffer> {
  const pairs = new Uint32Array(2 * tokens.length);
  tokens.forEach((token, i) => {
    pairs.set([token, bitsOf(logitOf(i))], 2 * i);
  });
  return pairs;
}

function argmaxOf(nVocab: number, outputs: number, tuning: Tuning): KernelSpec {
  return argmaxKernel({ nVocab, stride: nVocab, outputs }, tuning);
}

export const argmaxCases: readonly KernelCase[] = logitShapes.map(parameters => ({
  id: caseId('argmax', { ...parameters }),
  forRows: (tuning, rows) => argmaxOf(parameters.nVocab, rows, tuning),
  make: tuning => {
    const { nVocab, rows, kind, draftStep } = parameters;
    const logits = logitRows(nVocab, rows, kind);
    const expected = new Uint32Array(rows * (draftStep + 1));
    expected.set(argmax(logits, nVocab), rows * draftStep);
    return {
      spec: argmaxOf(nVocab, rows, tuning),
      bindings: [draftStepBuffer(rows, draftStep), logits, new Uint32Array(expected.length)],
      expected: [{ binding: 2, values: expected, bound: 0 }],
    };
  },
}));

function kOf(nVocab: number): number {
  return Math.min(64, nVocab);
}

function topKOf(nVocab: number, outputs: number, tuning: Tuning): KernelSpec {
  return topKKernel({ nVocab, stride: nVocab, outputs, k: kOf(nVocab) }, tuning);
}

export const topKCases: readonly KernelCase[] = logitShapes.map(parameters => ({
  id: caseId('top_k', { ...parameters }),
  forRows: (tuning, rows) => topKOf(parameters.nVocab, rows, tuning),
  make: tuning => {
    const { nVocab, rows, kind, draftStep } = parameters;
    const k = kOf(nVocab);
    const logits = logitRows(nVocab, rows, kind);
    const top = topK(logits, nVocab, k);
    const expected = new Uint32Array(2 * rows * k * (draftStep + 1));
    expected.set(
      tokenPairs(top.ids, i => top.logits[i]),
      2 * rows * k * draftStep,
    );
    return {
      spec: topKOf(nVocab, rows, tuning),
      bindings: [draftStepBuffer(rows, draftStep), logits, new Uint32Array(expected.length)],
      expected: [
        { binding: 2, values: sortedRows(expected, k), bound: 0, select: words => sortedRows(words, k) },
      ],
    };
  },
}));

/** The pairs of each row of `k` by ascending token: the kernel leaves the set unordered. */
function sortedRows(pairs: Uint32Array<ArrayBuffer>, k: number): Uint32Array<ArrayBuffer> {
  const sorted = new Uint32Array(pairs.length);
  for (let row = 0; row < pairs.length / (2 * k); row++) {
    const order = Array.from({ length: k }, (_, i) => row * k + i).sort(
      (a, b) => pairs[2 * a] - pairs[2 * b],
    );
    order.forEach((from, i) => {
      sorted.set(pairs.subarray(2 * from, 2 * from + 2), 2 * (row * k + i));
    });
  }
  return sorted;
}

export const advanceCases: readonly KernelCase[] = [
  {
    id: caseId('advance', { rows: 5, outputs: 2 }),
    make: () => {
      const rows = [10, 11, 12, 20, 21].map((position, row) => ({
        token: 9,
        position,
        slot: row < 3 ? 0 : 1,
      }));
      const before = stepBuffer(rows, [2, 4], [[0], [1]]);
      const after = Uint32Array.from(before);
      after.set([2, 2, 1, 0]);
      after.set([500, 13, 24, 0, 600, 22, 25, 1], 4);
      return {
        spec: advance({ maxOutputs: 2 }),
        bindings: [before, new Uint32Array([500, 600])],
        expected: [{ binding: 0, values: after, bound: 0 }],
      };
    },
  },
];

export const fillDraftCases: readonly KernelCase[] = [
  { rows: 1, nVocab: 700 },
  // A token that the target lacks, and more rows than lanes.
  { rows: 37, nVocab: 20 },
].map(parameters => ({
  id: caseId('fill_draft', parameters),
  make: () => {
    const { rows, nVocab } = parameters;
    const chosen = Uint32Array.from({ length: rows }, (_, i) => 2 * i + 3);
    // Every other row has a token of its own.
    const batch = (tokenOf: (row: number) => number) =>
      stepBuffer(
        Array.from({ length: rows }, (_, row) => ({
          token: row % 2 === 0 ? tokenOf(row) : 7,
          position: row,
        })),
        [0],
        [[0]],
      );
    const at = (row: number) => rows - 1 - row;
    return {
      spec: fillDraft({ nVocab }),
      bindings: [batch(row => chosenToken(at(row))), chosen],
      expected: [{ binding: 0, values: batch(row => Math.min(chosen[at(row)], nVocab - 1)), bound: 0 }],
    };
  },
}));
