import type { Gpu } from '../../gpu/device.ts';
import { paddedRow } from '../blocks/products.ts';
import { StatePositions } from './statePositions.ts';

/** Positions of a slot beyond a batch whose states are kept: those of a draft, and the one before the batch. */
const MORE_POSITIONS = 32;

/** Sizes of the hidden states that are kept. */
export interface HiddenShape {
  readonly nSlots: number;
  readonly nEmbd: number;
  /** Largest batch of the target. */
  readonly maxRows: number;
}

/** Sizes for a model that keeps states of `nEmbd` values. */
export function hiddenShape(
  nEmbd: number,
  { maxRows }: Pick<HiddenShape, 'maxRows'>,
  { nSlots }: Pick<HiddenShape, 'nSlots'>,
): HiddenShape {
  return { nEmbd, maxRows, nSlots };
}

/** Size of the buffers in bytes. */
export function hiddenBytes(shape: HiddenShape): number {
  return (shape.nSlots + 1) * slotBytesOf(shape);
}

function positionsOf({ maxRows }: HiddenShape): number {
  return maxRows + MORE_POSITIONS;
}

function slotBytesOf(shape: HiddenShape): number {
  return 4 * positionsOf(shape) * paddedRow(shape.nEmbd);
}

/**
 * Hidden states of the last positions of each slot, after the target's last norm (for an EAGLE-3 draft: made from residual streams), by
 * position modulo `positions`. The target writes those of all its rows. The head reads them; while it drafts, it writes its own at positions that the target verifies
 * afterwards, and thereby overwrites.
 */
export class HiddenStates {
  /** [slot][positions][padded nEmbd] in f32. */
  readonly buffer: GPUBuffer;
  readonly positions: number;
  /** Positions whose states the buffer has. */
  readonly slots: StatePositions;
  readonly #slotBytes: number;
  /** Buffer through which a slot is copied, because WebGPU cannot copy within a buffer. */
  readonly #copied: GPUBuffer;

  constructor(gpu: Gpu, shape: HiddenShape) {
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const bytes = slotBytesOf(shape);
    this.positions = positionsOf(shape);
    this.slots = new StatePositions(shape.nSlots, this.positions);
    this.#slotBytes = bytes;
    this.buffer = gpu.createBuffer('hidden', shape.nSlots * bytes, STORAGE | COPY_SRC | COPY_DST);
    this.#copied = gpu.createBuffer('copied_hidden', bytes, COPY_SRC | COPY_DST);
  }

  /** Records the copy of a slot's states to another slot, which has the same first `nTokens` positions. */
  copy(encoder: GPUCommandEncoder, from: number, to: number, nTokens: number): void {
    const bytes = this.#slotBytes;
    encoder.copyBufferToBuffer(this.buffer, from * bytes, this.#copied, 0, bytes);
    encoder.copyBufferToBuffer(this.#copied, 0, this.buffer, to * bytes, bytes);
    this.slots.copy(from, to, nTokens);
  }
}
