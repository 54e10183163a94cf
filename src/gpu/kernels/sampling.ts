import { kernel } from '../kernel.ts';

export interface LogitsShape {
  readonly nVocab: number;
  /** Values from one row of logits to the next. */
  readonly stride: number;
  readonly outputs: number;
}

/** The likeliest token of each output row; buffers: step, logits, dst. */
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

/** The `k` likeliest tokens of each output row, unordered; buffers: step, logits, dst. */
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

/** Makes the outputs of one draft step the batch of the next; buffers: step, chosen. */
export const advance = kernel('advance', [], (shape: { maxOutputs: number }) => {
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE: shape.maxOutputs },
    bindings: ['write', 'read'],
    workgroups: [1, 1, 1],
  };
});

/** Puts the tokens that another model chose where a batch names them, see `chosenToken`; buffers: step, chosen. */
export const fillDraft = kernel('fill_draft', [], (shape: { nVocab: number }) => {
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE: 16, N_VOCAB: shape.nVocab },
    bindings: ['write', 'read'],
    workgroups: [1, 1, 1],
  };
});
