import type { Gpu } from '../../gpu/device.ts';
import { assert } from '../../util/assert.ts';
import type { Carried, CarriedBuffers } from '../blocks/block.ts';

/** States of all recurrent layers. */
export interface CarriedStates {
  readonly layers: ReadonlyMap<string, CarriedBuffers>;
  /** Each buffer with the bytes of one slot, in the order of the layers. */
  readonly buffers: readonly { readonly buffer: GPUBuffer; readonly slotBytes: number }[];
  /** Buffer through which a slot is copied, because WebGPU cannot copy within a buffer; null without recurrent layers. */
  readonly copied: GPUBuffer | null;
}

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

/** Size of one slot's state in bytes. */
export function carriedSlotBytes(layers: readonly Carried[], shape: CarriedShape): number {
  return layers.reduce((sum, layer) => {
    const { conv, memory } = slotValues(layer, shape);
    return sum + 4 * (conv.values + (memory ? memory.kept + memory.cells : 0));
  }, 0);
}

/** Size of all buffers in bytes. */
export function carriedBytes(layers: readonly Carried[], shape: CarriedShape): number {
  return shape.nSlots * carriedSlotBytes(layers, shape) + copyBytes(layers, shape);
}

function copyBytes(layers: readonly Carried[], shape: CarriedShape): number {
  return Math.max(
    0,
    ...layers.flatMap(layer => {
      const { conv, memory } = slotValues(layer, shape);
      return [conv.values, memory?.kept ?? 0, memory?.cells ?? 0].map(values => 4 * values);
    }),
  );
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
