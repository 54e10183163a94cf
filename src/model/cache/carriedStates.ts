import type { Gpu } from '../../gpu/device.ts';
import { assert } from '../../util/assert.ts';
import type { Carried, CarriedBuffers } from '../blocks/block.ts';
import { readStretches } from './readStretches.ts';

/** States of all recurrent layers. */
export interface CarriedStates {
  readonly layers: ReadonlyMap<string, CarriedBuffers>;
  /** Each buffer with the bytes of one slot, in the order of the layers. */
  readonly buffers: readonly { readonly buffer: GPUBuffer; readonly slotBytes: number }[];
  /** Buffer through which a slot is copied, because WebGPU cannot copy within a buffer; null without recurrent layers. */
  readonly copied: GPUBuffer | null;
}

/** Bytes before the buffers of a state that was read: the position of its memory. */
const HEADER_BYTES = 4;

/** Numbers of slots, and of positions that a step may go back. */
export interface CarriedShape {
  readonly nSlots: number;
  readonly maxRollback: number;
}

/** Values of one slot in each buffer of a layer. */
function slotValues({ conv, memory }: Carried, { maxRollback }: CarriedShape) {
  const ring = maxRollback + conv.lookBack;
  return {
    conv: { positions: ring, values: ring * conv.values },
    memory: memory && { positions: maxRollback, kept: maxRollback * memory.inputs, cells: memory.values },
  };
}

/** Bytes of one slot in each buffer of the layers. */
function slotBytes(layers: readonly Carried[], shape: CarriedShape): number[] {
  return layers.flatMap(layer => {
    const { conv, memory } = slotValues(layer, shape);
    return [conv.values, ...(memory ? [memory.cells, memory.kept] : [])].map(values => 4 * values);
  });
}

/** Size of all buffers in bytes. */
export function carriedBytes(layers: readonly Carried[], shape: CarriedShape): number {
  const bytes = slotBytes(layers, shape);
  return bytes.reduce((sum, ofBuffer) => sum + shape.nSlots * ofBuffer, copyBytes(layers, shape));
}

function copyBytes(layers: readonly Carried[], shape: CarriedShape): number {
  return Math.max(0, ...slotBytes(layers, shape));
}

/** Creates the states of all slots. They are never cleared: a sequence that begins reads none of them. */
export function allocateCarried(gpu: Gpu, layers: readonly Carried[], shape: CarriedShape): CarriedStates {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffers: { buffer: GPUBuffer; slotBytes: number }[] = [];
  const create = (label: string, values: number) => {
    const slotBytes = 4 * values;
    const buffer = gpu.createBuffer(label, shape.nSlots * slotBytes, usage);
    buffers.push({ buffer, slotBytes });
    return buffer;
  };
  const entries = layers.map((layer): [string, CarriedBuffers] => {
    const { conv, memory } = slotValues(layer, shape);
    return [
      layer.name,
      {
        conv: { ring: create(`${layer.name}.conv`, conv.values), positions: conv.positions },
        memory: memory && {
          cells: create(`${layer.name}.memory`, memory.cells),
          kept: create(`${layer.name}.kept`, memory.kept),
          positions: memory.positions,
        },
      },
    ];
  });
  const copied =
    layers.length === 0
      ? null
      : gpu.createBuffer(
          'copied_state',
          copyBytes(layers, shape),
          GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
        );
  return { layers: new Map(entries), buffers, copied };
}

/** Bytes of a slot's state as it is read: the position of its memory, then its part of each buffer. */
export function stateBytes({ buffers }: CarriedStates): number {
  return buffers.reduce((sum, { slotBytes }) => sum + slotBytes, HEADER_BYTES);
}

/** Reads a slot's state, whose memory holds the positions before `base`. Throws `out_of_memory` if the GPU has no memory for the copy. */
export async function readState(
  gpu: Gpu,
  states: CarriedStates,
  slot: number,
  base: number,
): Promise<Uint8Array> {
  const all = new Uint8Array(stateBytes(states));
  new DataView(all.buffer).setUint32(0, base, true);
  let at = HEADER_BYTES;
  const stretches = states.buffers.map(({ buffer, slotBytes: size }) => {
    at += size;
    return { label: buffer.label, size, at: at - size, pieces: [{ buffer, from: slot * size, to: 0, size }] };
  });
  await readStretches(gpu, 'the state of a slot', stretches, all);
  return all;
}

/** Position of the memory of a state that was read; the bytes may come from a file. */
export function stateBase(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** Writes the result of `readState` to a slot. */
export function writeState(gpu: Gpu, states: CarriedStates, slot: number, bytes: Uint8Array): void {
  let at = HEADER_BYTES;
  for (const { buffer, slotBytes } of states.buffers) {
    gpu.device.queue.writeBuffer(buffer, slot * slotBytes, bytes.slice(at, at + slotBytes));
    at += slotBytes;
  }
}

/** Records the copy of one slot's state to another slot. */
export function copyCarried(
  encoder: GPUCommandEncoder,
  { buffers, copied }: CarriedStates,
  from: number,
  to: number,
): void {
  assert(copied !== null, 'a copy of states of a model without any');
  for (const { buffer, slotBytes } of buffers) {
    encoder.copyBufferToBuffer(buffer, from * slotBytes, copied, 0, slotBytes);
    encoder.copyBufferToBuffer(copied, 0, buffer, to * slotBytes, slotBytes);
  }
}
