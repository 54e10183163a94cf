import { chosenToken } from '../../gpu/kernels/getRows.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { argmax } from '../../reference/argmax.ts';
import { rmsNorm } from '../../reference/rmsNorm.ts';
import { swiglu } from '../../reference/swiglu.ts';
import { topK } from '../../reference/topK.ts';
import { bitsOf, padRows, plainStep, stepBuffer } from '../inputs.ts';
import { BOUND, dense, floatsAt, type Trial, zeros } from '../trial.ts';

export function rmsNormTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { K: k, EPS: eps, STRIDE } = spec.overrides;
  const stride = 4 * STRIDE;
  const inputs = rows.map(row => randomValues(k, 50 + row));
  const weight = randomValues(k, 1);
  // Gathered rows lie in the batch the other way round.
  const order = spec.defines.GATHER === 1 ? inputs.toReversed() : inputs;
  const src = new Float32Array(rows.length * stride);
  order.forEach((input, i) => {
    src.set(input, i * stride);
  });
  const step = stepBuffer(
    rows.map(() => ({})),
    spec.defines.GATHER === 1 ? rows.map((_, i) => rows.length - 1 - i) : rows.map((_, i) => i),
  );
  return {
    workgroups: () => [rows.length, 1, 1],
    bindings: [dense(step), dense(src), dense(padRows(weight, k, stride)), zeros(rows.length * stride)],
    rows: inputs.map((input, i) => [
      { values: rmsNorm(input, weight, k, eps), read: floatsAt(3, i * stride, k), bound: BOUND },
    ]),
  };
}

export function swigluTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { N: n, SRC_STRIDE: srcStride, DST_STRIDE: dstStride } = spec.overrides;
  const gates = rows.map(row => randomValues(n, 50 + row, 4));
  const ups = rows.map(row => randomValues(n, 80 + row, 4));
  return {
    workgroups: () => [spec.workgroups[0], rows.length, 1],
    bindings: [
      dense(plainStep(rows.length)),
      {
        size: rows.length * srcStride,
        stretches: rows.flatMap((_, i) => [
          { at: i * srcStride, words: gates[i] },
          { at: i * srcStride + n, words: ups[i] },
        ]),
      },
      zeros(rows.length * dstStride),
    ],
    rows: rows.map((_, i) => [
      { values: swiglu(gates[i], ups[i]), read: floatsAt(2, i * dstStride, n), bound: BOUND },
    ]),
  };
}

export function argmaxTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { N_VOCAB: nVocab } = spec.overrides;
  return logitsTrial(spec, rows, 1, logits => argmax(logits, nVocab));
}

export function topKTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { N_VOCAB: nVocab, K: k } = spec.overrides;
  const chosen = (logits: Float32Array) => {
    const { ids } = topK(logits, nVocab, k);
    return sortedPairs(Uint32Array.from([...ids].flatMap(id => [id, bitsOf(logits[id])])));
  };
  return logitsTrial(spec, rows, 2 * k, chosen, sortedPairs);
}

/** Rows of logits, for each of which `nWords` come back: what `chosen` says, after `ordered`. */
function logitsTrial(
  spec: KernelSpec,
  rows: readonly number[],
  nWords: number,
  chosen: (logits: Float32Array) => Uint32Array<ArrayBuffer>,
  ordered: (words: Uint32Array<ArrayBuffer>) => Uint32Array<ArrayBuffer> = words => words,
): Trial {
  const { N_VOCAB: nVocab, STRIDE: stride } = spec.overrides;
  const logits = rows.map(row => randomValues(nVocab, 50 + row, 10));
  return {
    workgroups: () => [rows.length, 1, 1],
    bindings: [
      dense(plainStep(rows.length)),
      { size: rows.length * stride, stretches: logits.map((words, i) => ({ at: i * stride, words })) },
      zeros(nWords * rows.length),
    ],
    rows: logits.map((row, i) => [
      {
        values: chosen(row),
        read: bindings => ordered(bindings[2].slice(nWords * i, nWords * (i + 1))),
        bound: 0,
      },
    ]),
  };
}

/** Pairs (token, bits of its logit) by ascending token: the kernel leaves their order open. */
function sortedPairs(pairs: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const order = Array.from({ length: pairs.length / 2 }, (_, i) => 2 * i);
  order.sort((a, b) => pairs[a] - pairs[b]);
  return Uint32Array.from(order.flatMap(at => [pairs[at], pairs[at + 1]]));
}

/** A draft step of one row for each of the outputs there may be: the row moves on, with the token that was chosen. */
export function advanceTrial({ overrides }: KernelSpec): Trial {
  const { WORKGROUP_SIZE: nOutputs } = overrides;
  const rows = Array.from({ length: nOutputs }, (_, i) => ({ token: 9, position: 10 + i, slot: i }));
  const tables = rows.map((_, i) => [i]);
  const outputs = rows.map((_, i) => i);
  const after = (draftStep: number, token: (i: number) => number, by: number) => {
    const step = stepBuffer(
      rows.map(({ position, slot }, i) => ({ token: token(i), position: position + by, slot })),
      outputs,
      tables,
    );
    step[2] = draftStep;
    return step;
  };
  const chosen = Uint32Array.from(outputs, i => 500 + i);
  return {
    workgroups: () => [1, 1, 1],
    bindings: [dense(after(0, () => 9, 0)), dense(chosen)],
    rows: [[{ values: after(1, i => 500 + i, 1), read: ([step]) => step, bound: 0 }]],
  };
}

/** More rows than lanes, every other one with a drafted token, the last of which the target lacks. */
export function fillDraftTrial({ overrides }: KernelSpec): Trial {
  const { WORKGROUP_SIZE: lanes, N_VOCAB: nVocab } = overrides;
  const rows = Array.from({ length: lanes + 3 }, (_, row) => row);
  const batch = (tokenOf: (row: number) => number) =>
    stepBuffer(
      rows.map(row => ({ token: row % 2 === 0 ? tokenOf(row) : 7, position: row })),
      [0],
      [[0]],
    );
  const chosen = Uint32Array.from(rows, row => nVocab - rows.length + 1 + row);
  return {
    workgroups: () => [1, 1, 1],
    bindings: [dense(batch(chosenToken)), dense(chosen)],
    rows: [[{ values: batch(row => Math.min(chosen[row], nVocab - 1)), read: ([step]) => step, bound: 0 }]],
  };
}
