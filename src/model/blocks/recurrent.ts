import type { Call } from '../../gpu/dispatch.ts';
import { ringStore, ssmConv } from '../../gpu/kernels/ssmConv.ts';
import { assert } from '../../util/assert.ts';
import type { Matrix } from '../weights/matrix.ts';
import type { BlockIo } from './block.ts';
import { products } from './products.ts';
import { inputBuffer } from './residual.ts';
import type { Road } from './roads.ts';

/** Convolution whose results are inputs of a recurrence. */
export interface RecurrentShape {
  /** Name of the carried state. */
  readonly state: string;
  /** Values of a row of `projected` that are convolved, the offset of the first, and those behind them that are passed on. */
  readonly channels: number;
  readonly offset: number;
  readonly passed: number;
  readonly stride: number;
  readonly nTaps: number;
  readonly bias: boolean;
  /** Values of a row of inputs of the recurrence. */
  readonly inputs: number;
}

/** Multiplies the input rows of a mixer into the rows of `projected`. */
export function projectCalls(
  io: BlockIo,
  { input }: Road,
  matrices: readonly Matrix[],
  dstStride: number,
): Call[] {
  return products(io, matrices, {
    src: inputBuffer(io, input),
    norm: input.norm,
    epilogue: { kind: 'store', dstStride },
    dst: [io.scratch('projected')],
  });
}

/** Convolves the rows of `projected` into the rows of `inputs`. */
export function convolveCalls(io: BlockIo, shape: RecurrentShape, taps: GPUBuffer): Call[] {
  const { bias, passed, nTaps, inputs } = shape;
  const spec = ssmConv({ ...convInputs(io, shape), taps: nTaps, bias, passed, dstStride: inputs });
  const { conv } = io.carried(shape.state);
  return [{ spec, buffers: [io.step, io.scratch('projected'), conv.ring, taps, io.scratch('inputs')] }];
}

/** Keeps the inputs of the last positions, after the recurrence has read those before. */
export function keepCalls(io: BlockIo, shape: RecurrentShape): Call[] {
  const { conv } = io.carried(shape.state);
  const { kept, positions } = memoryOf(io, shape);
  const { inputs } = shape;
  const rows = { input: 'plain', channels: inputs, srcStride: inputs, offset: 0, rows: io.rows } as const;
  return [
    { spec: ringStore(convInputs(io, shape)), buffers: [io.step, io.scratch('projected'), conv.ring] },
    { spec: ringStore({ ...rows, ring: positions }), buffers: [io.step, io.scratch('inputs'), kept] },
  ];
}

/** Memory of a recurrence, and the inputs that are not in it yet. */
export function memoryOf(io: BlockIo, { state }: Pick<RecurrentShape, 'state'>) {
  const { memory } = io.carried(state);
  assert(memory !== null, () => `${state} without a memory`);
  return memory;
}

/** Inputs of the convolution. */
export function convInputs(io: BlockIo, { state, channels, offset, stride }: RecurrentShape) {
  const { positions } = io.carried(state).conv;
  return { input: 'plain', channels, srcStride: stride, offset, ring: positions, rows: io.rows } as const;
}
