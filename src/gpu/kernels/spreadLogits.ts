import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 64;

export interface SpreadLogitsShape {
  /** Tokens that have logits; null to make the logits of all minus infinity. */
  readonly n: number | null;
  readonly nVocab: number;
  readonly outputs: number;
}

/**
 * Writes logits [outputs, nVocab]: minus infinity, and in a second dispatch those of n tokens. Buffers: step, logits; then own logits
 * [outputs, n] and ids of their tokens as f32.
 */
export const spreadLogits = kernel('spread_logits', [], ({ n, nVocab, outputs }: SpreadLogitsShape) => ({
  defines: n === null ? { FILL: 1 } : {},
  overrides: { WORKGROUP_SIZE, N_VOCAB: nVocab, ...(n !== null && { N: n }) },
  bindings: n === null ? ['read', 'write'] : ['read', 'write', 'read', 'read'],
  workgroups: [ceilDiv(n ?? nVocab, WORKGROUP_SIZE), outputs, 1],
}));
