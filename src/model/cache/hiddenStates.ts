import type { CacheSpan } from '../../forward/sequenceCache.ts';
import type { Gpu } from '../../gpu/device.ts';
import { paddedRow } from '../blocks/products.ts';

/** Positions of a slot beyond a batch whose states are kept: those of a draft, and the one before the batch. */
const MORE_POSITIONS = 32;

/** Sizes of the hidden states that are kept. */
export interface HiddenShape {
  readonly nSlots: number;
  readonly nEmbd: number;
  /** Largest batch of the target. */
  readonly maxRows: number;
}

/** Sizes for a model. */
export function hiddenShape(
  { nEmbd }: Pick<HiddenShape, 'nEmbd'>,
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
 * Hidden states of the last positions of each slot, after the target's last norm, by position modulo `positions`. The target
 * writes those of all its rows. An MTP head reads them; while it drafts, it writes its own at positions that the target verifies
 * afterwards, and thereby overwrites.
 */
export class HiddenStates {
  /** [slot][positions][padded nEmbd] in f32. */
  readonly buffer: GPUBuffer;
  readonly positions: number;
  readonly #slotBytes: number;
  /** Buffer through which a slot is copied, because WebGPU cannot copy within a buffer. */
  readonly #copied: GPUBuffer;
  /** Positions [from, end) of which the ring has the states. */
  readonly #slots: { from: number; end: number }[];

  constructor(gpu: Gpu, shape: HiddenShape) {
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    this.positions = positionsOf(shape);
    this.#slotBytes = slotBytesOf(shape);
    this.buffer = gpu.createBuffer('hidden', shape.nSlots * this.#slotBytes, STORAGE | COPY_SRC | COPY_DST);
    this.#copied = gpu.createBuffer('copied_hidden', this.#slotBytes, COPY_SRC | COPY_DST);
    this.#slots = Array.from({ length: shape.nSlots }, () => ({ from: 0, end: 0 }));
  }

  /** First position of a slot whose state the ring has, or will have. */
  from(slot: number): number {
    return this.#slots[slot].from;
  }

  /** Begins a step of the target, which writes the states of these positions. */
  write({ slot, start, end }: CacheSpan): void {
    const own = this.#slots[slot];
    if (start < own.from || start > own.end) own.from = start;
    own.end = end;
    this.claim(slot, end);
  }

  /** Gives up the states whose place those before position `end` take. */
  claim(slot: number, end: number): void {
    const own = this.#slots[slot];
    own.from = Math.max(own.from, end - this.positions);
  }

  /** Drops positions from `nTokens` on. */
  truncate(slot: number, nTokens: number): void {
    const own = this.#slots[slot];
    own.end = Math.min(own.end, nTokens);
    own.from = Math.min(own.from, own.end);
  }

  /** Records the copy of a slot's states to another slot, which has the same first `nTokens` positions. */
  copy(encoder: GPUCommandEncoder, from: number, to: number, nTokens: number): void {
    const bytes = this.#slotBytes;
    encoder.copyBufferToBuffer(this.buffer, from * bytes, this.#copied, 0, bytes);
    encoder.copyBufferToBuffer(this.#copied, 0, this.buffer, to * bytes, bytes);
    this.#slots[to] = { ...this.#slots[from] };
    this.truncate(to, nTokens);
  }
}
