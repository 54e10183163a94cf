import type { Gpu } from '../gpu/device.ts';
import { record } from '../gpu/dispatch.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import { readMapped } from '../gpu/readback.ts';
import { alignUp } from '../util/math.ts';
import type { Contents, Trial } from './trial.ts';

/** A kernel and what to try it with. */
export interface TrialRun {
  readonly spec: KernelSpec;
  readonly trial: Trial;
}

/** Contents of at most this share a buffer; larger ones have their own. */
const SHARED_BYTES = 8 << 20;
/** Offsets of bindings: no device asks for more. */
const ALIGNMENT = 256;

/** Where a binding lies. */
interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/**
 * Runs trials in one submit and reads their outputs back, in one mapping unless they are too many for a buffer: of each, the
 * words of every binding, empty where it is only read. The kernels have to be compiled; so this takes milliseconds.
 */
export async function runTrials(gpu: Gpu, runs: readonly TrialRun[]): Promise<Uint32Array<ArrayBuffer>[][]> {
  const buffers: GPUBuffer[] = [];
  const create = (label: string, size: number, usage: GPUBufferUsageFlags) => {
    const buffer = gpu.createBuffer(`self-test ${label}`, size, usage);
    buffers.push(buffer);
    return buffer;
  };
  try {
    const of = (use: 'read' | 'write') =>
      runs.flatMap(({ spec, trial }) => trial.bindings.filter((_, i) => spec.bindings[i] === use));
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    // A buffer cannot be read and written in one dispatch, not even at different places.
    const inputs = placeContents(gpu, of('read'), size => create('inputs', size, usage));
    const outputs = placeContents(gpu, of('write'), size =>
      create('outputs', size, usage | GPUBufferUsage.COPY_SRC),
    );
    const places = new Map([...inputs, ...outputs]);
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { spec, trial } of runs) {
      const { pipeline, layout } = await gpu.pipelines.get(spec);
      const entries = trial.bindings.flatMap((contents, binding) => {
        const resource = places.get(contents);
        return resource ? [{ binding, resource }] : [];
      });
      const bindGroup = gpu.device.createBindGroup({ layout, entries });
      record(pass, [{ pipeline, bindGroup, workgroups: trial.workgroups(spec) }]);
    }
    pass.end();

    const staged = [...new Set([...outputs.values()].map(({ buffer }) => buffer))].map(buffer => {
      const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
      const staging = create('staging', buffer.size, usage);
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
      return { buffer, staging };
    });
    gpu.device.queue.submit([encoder.finish()]);
    const read = new Map(
      await Promise.all(
        staged.map(({ buffer, staging }) =>
          readMapped(gpu, staging, buffer.size, mapped => [buffer, mapped.slice(0)] as const),
        ),
      ),
    );
    return runs.map(({ trial }) =>
      trial.bindings.map(contents => {
        const place = outputs.get(contents);
        const bytes = place && read.get(place.buffer);
        return bytes ? new Uint32Array(bytes, place.offset, contents.size).slice() : new Uint32Array();
      }),
    );
  } finally {
    for (const buffer of buffers) gpu.destroyBuffer(buffer);
  }
}

/** Puts contents into as few buffers as may be. */
function placeContents(
  gpu: Gpu,
  all: readonly Contents[],
  create: (size: number) => GPUBuffer,
): Map<Contents, Place> {
  const places = new Map<Contents, Place>();
  for (const { size, offsets } of shareBuffers([...new Set(all)], gpu.maxBufferBytes)) {
    const buffer = create(size);
    // What shares a buffer is written at once.
    const words = size <= SHARED_BYTES || offsets.size > 1 ? new Uint32Array(size / 4) : null;
    for (const [contents, offset] of offsets) {
      for (const { at, words: stretch } of contents.stretches) {
        if (words) words.set(bitsOfWords(stretch), offset / 4 + at);
        else gpu.device.queue.writeBuffer(buffer, 4 * at, stretch);
      }
      places.set(contents, { buffer, offset, size: bytesOf(contents) });
    }
    if (words) gpu.device.queue.writeBuffer(buffer, 0, words);
  }
  return places;
}

/** A buffer to be, and where what it holds begins. */
interface SharedBuffer {
  size: number;
  readonly offsets: Map<Contents, number>;
}

function shareBuffers(all: readonly Contents[], maxBytes: number): SharedBuffer[] {
  const buffers: SharedBuffer[] = [];
  let shared: SharedBuffer | null = null;
  for (const contents of all) {
    const bytes = bytesOf(contents);
    if (bytes > SHARED_BYTES) {
      buffers.push({ size: bytes, offsets: new Map([[contents, 0]]) });
      continue;
    }
    if (shared === null || shared.size + bytes > maxBytes) {
      shared = { size: 0, offsets: new Map() };
      buffers.push(shared);
    }
    shared.offsets.set(contents, shared.size);
    shared.size = Math.min(maxBytes, alignUp(shared.size + bytes, ALIGNMENT));
  }
  return buffers;
}

function bytesOf({ size }: Contents): number {
  return Math.max(16, alignUp(4 * size, 16));
}

function bitsOfWords({ buffer, byteOffset, length }: Contents['stretches'][number]['words']): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
