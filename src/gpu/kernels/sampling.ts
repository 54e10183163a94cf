import { kernel } from '../kernel.ts';

export interface LogitsShape {
  readonly nVocab: number;
  /** Stride of the rows of logits in values. */
  readonly stride: number;
  readonly outputs: number;
}

/** Finds the likeliest token of each output row; buffers: step, logits, dst. */
export const argmax = kernel('argmax', ['rowWorkgroup'], (shape: LogitsShape, tuning) => {
  return {
    defines: {},
    overrides: {
      WORKGROUP_SIZE: tuning.rowWorkgroup,
      N_VOCAB: shape.nVocab,
      STRIDE: shape.stride,
    },
    bindings: ['read', 'read', 'write'],
    workgroups: [shape.outputs, 1, 1],
  };
});

/** Finds the `k` likeliest tokens of each output row, unordered; buffers: step, logits, dst. */
export const topK = kernel('top_k', ['topKWorkgroup'], (shape: LogitsShape & { k: number }, tuning) => {
  return {
    defines: {},
    overrides: {
      WORKGROUP_SIZE: tuning.topKWorkgroup,
      N_VOCAB: shape.nVocab,
      STRIDE: shape.stride,
      K: shape.k,
    },
    bindings: ['read', 'read', 'write'],
    workgroups: [shape.outputs, 1, 1],
  };
});

/** Turns the outputs of one draft step into the batch of the next; buffers: step, chosen. */
export const advance = kernel('advance', [], (shape: { maxOutputs: number }) => {
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE: shape.maxOutputs },
    bindings: ['write', 'read'],
    workgroups: [1, 1, 1],
  };
});

/** Shape of `accept`: most slots of a round, and the vocabulary of the draft model. */
export interface AcceptShape {
  readonly maxSlots: number;
  readonly nVocab: number;
}

/**
 * Accepts the drafts of a round, and continues behind them in the batches of the next. Buffers: round, the draft model's step, the
 * target's step, drafted, verified. `round` holds the last round's draft length and number of slots, then the next round's number
 * of slots and its rows per slot in the target, then the place of each slot in the last round.
 */
export const accept = kernel('accept', [], ({ maxSlots, nVocab }: AcceptShape) => {
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE: maxSlots, N_VOCAB: nVocab },
    bindings: ['read', 'write', 'write', 'read', 'read'],
    workgroups: [1, 1, 1],
  };
});

/** Replaces references in a batch by the tokens that another model chose, see `chosenToken`; buffers: step, chosen. */
export const fillDraft = kernel('fill_draft', [], (shape: { nVocab: number }) => {
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE: 16, N_VOCAB: shape.nVocab },
    bindings: ['write', 'read'],
    workgroups: [1, 1, 1],
  };
});
