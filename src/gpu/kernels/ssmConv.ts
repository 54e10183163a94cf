import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 64;

/** Inputs of a causal convolution: values of a row from `offset` on, or the products of its first and third `channels` values. */
export interface ConvInputs {
  readonly input: 'plain' | 'product';
  readonly channels: number;
  /** Stride of the rows in values. */
  readonly srcStride: number;
  readonly offset: number;
  /** Positions of a slot that are kept. */
  readonly ring: number;
  readonly rows: number;
}

export interface SsmConvShape extends ConvInputs {
  readonly taps: number;
  readonly bias: boolean;
  /** Values behind the channels of a row that are copied behind its results. */
  readonly passed: number;
  readonly dstStride: number;
}

/**
 * Causal convolution over positions. Buffers: step, src, ring [slot][ring][channels], taps [channels][taps] and biases, dst.
 * `plain` inputs pass silu; the others are multiplied by the second `channels` values of a row.
 */
export const ssmConv = kernel('ssm_conv', [], (shape: SsmConvShape) => {
  const { taps, bias, passed, dstStride, channels, rows } = shape;
  const { defines, overrides } = inputsOf(shape);
  return {
    defines: { ...defines, ...(bias && { BIAS: 1 }) },
    overrides: { ...overrides, TAPS: taps, PASSED: passed, DST_STRIDE: dstStride },
    bindings: ['read', 'read', 'read', 'read', 'write'],
    workgroups: [ceilDiv(channels + passed, WORKGROUP_SIZE), rows, 1],
  };
});

/** Keeps the last inputs of each slot. Buffers: step, src, ring. */
export const ringStore = kernel('ring_store', [], (shape: ConvInputs) => ({
  ...inputsOf(shape),
  bindings: ['read', 'read', 'write'],
  workgroups: [ceilDiv(shape.channels, WORKGROUP_SIZE), shape.rows, 1],
}));

function inputsOf({ input, channels, srcStride, offset, ring }: ConvInputs) {
  return {
    defines: input === 'plain' ? {} : { INPUT: input },
    overrides: { WORKGROUP_SIZE, CHANNELS: channels, SRC_STRIDE: srcStride, OFFSET: offset, RING: ring },
  };
}
