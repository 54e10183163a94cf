import { assertNever } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';
import type { RopeFactors } from './spec.ts';

/** Granularity to which llama.cpp rounds up the context of a sequence before it chooses between short and long factors. */
const CONTEXT_GRANULARITY = 256;

/** Name of the tensor, without `.weight`, that divides the angles of slots of `nCtx` positions. */
export function ropeFactorsTensor(factors: RopeFactors, nCtx: number): string {
  switch (factors.kind) {
    case 'always':
      return factors.tensor;
    case 'byContext':
      return alignUp(nCtx, CONTEXT_GRANULARITY) > factors.nCtxOrig ? factors.long : factors.short;
    default:
      return assertNever(factors);
  }
}
