import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 32;

export interface SuppressShape {
  /** Number of suppressed tokens. */
  readonly n: number;
  readonly nVocab: number;
  readonly outputs: number;
}

/** Makes logits minus infinity. Buffers: step, logits [outputs, nVocab], numbers of the tokens as f32. */
export const suppress = kernel('suppress', [], ({ n, nVocab, outputs }: SuppressShape) => ({
  defines: {},
  overrides: { WORKGROUP_SIZE, N: n, N_VOCAB: nVocab },
  bindings: ['read', 'write', 'read'],
  workgroups: [ceilDiv(n, WORKGROUP_SIZE), outputs, 1],
}));
