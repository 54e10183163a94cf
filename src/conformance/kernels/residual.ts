import { deferredStride } from '../../gpu/kernels/deferredNorm.ts';
import type { Destination } from '../../gpu/kernels/mulMat.ts';
import { randomValues } from '../../quant/randomValues.ts';

import { type Contents, floats, output, type Result } from '../contents.ts';
import { deferredRow } from '../inputs.ts';

/**
 * Bindings of a product that is added to rows of the residual stream: the stream, the weight of the next norm, and the rows with
 * this norm deferred; and the results for `sums`.
 */
export function ontoResidual(
  { dstStride, dstOffset = 0 }: Destination,
  before: readonly Float32Array<ArrayBuffer>[],
): {
  readonly bindings: readonly Contents[];
  readonly results: (sums: readonly Float32Array<ArrayBuffer>[]) => readonly (readonly Result[])[];
} {
  const weight = randomValues(before[0].length, 48);
  const stream = output(
    before.length * dstStride,
    before.map((words, row) => ({ at: row * dstStride + dstOffset, words })),
  );
  const next = output(before.length * deferredStride(dstStride));
  return {
    bindings: [stream, { size: dstStride, stretches: [{ at: dstOffset, words: weight }] }, next],
    results: sums =>
      sums.map((sum, row) => [
        floats(stream, row * dstStride + dstOffset, sum),
        ...deferredRow(next, row, sum, weight, dstStride, dstOffset),
      ]),
  };
}
