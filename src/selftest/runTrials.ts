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
 * Runs trials in one submit and reads their outputs back in one mapping: of each, the words of every binding, empty where
 * it is only read. The kernels have to be compiled; so this takes milliseconds.
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

    let stagingBytes = 0;
    const staged = new Map<Contents, number>();
    for (const [contents, { size }] of outputs) {
      staged.set(contents, stagingBytes);
      stagingBytes += size;
    }
    const staging = create('staging', stagingBytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    for (const [contents, { buffer, offset, size }] of outputs) {
      encoder.copyBufferToBuffer(buffer, offset, staging, staged.get(contents) ?? 0, size);
    }
    gpu.device.queue.submit([encoder.finish()]);
    return await readMapped(gpu, staging, stagingBytes, mapped =>
      runs.map(({ trial }) =>
        trial.bindings.map(contents => {
          const at = staged.get(contents);
          return new Uint32Array(at === undefined ? [] : mapped.slice(at, at + 4 * contents.size));
        }),
      ),
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
  const bytesOf = ({ size }: Contents) => Math.max(16, alignUp(4 * size, 16));
  const offsets = new Map<Contents, number>();
  let sharedBytes = 0;
  for (const contents of new Set(all)) {
    if (bytesOf(contents) > SHARED_BYTES) continue;
    offsets.set(contents, sharedBytes);
    sharedBytes += alignUp(bytesOf(contents), ALIGNMENT);
  }
  const shared = offsets.size > 0 ? create(sharedBytes) : null;
  const words = new Uint32Array(sharedBytes / 4);
  const places = new Map<Contents, Place>();
  for (const contents of new Set(all)) {
    const offset = offsets.get(contents);
    const size = bytesOf(contents);
    if (shared && offset !== undefined) {
      for (const stretch of contents.stretches)
        words.set(bitsOfWords(stretch.words), offset / 4 + stretch.at);
      places.set(contents, { buffer: shared, offset, size });
    } else {
      const buffer = create(size);
      for (const { at, words } of contents.stretches) gpu.device.queue.writeBuffer(buffer, 4 * at, words);
      places.set(contents, { buffer, offset: 0, size });
    }
  }
  if (shared) gpu.device.queue.writeBuffer(shared, 0, words);
  return places;
}

function bitsOfWords({ buffer, byteOffset, length }: Contents['stretches'][number]['words']): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
