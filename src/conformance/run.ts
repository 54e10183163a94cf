import type { Gpu } from '../gpu/device.ts';
import { type Dispatch, record } from '../gpu/dispatch.ts';
import { type KernelSpec, kernelKey } from '../gpu/pipelines.ts';
import { readMapped } from '../gpu/readback.ts';
import { ForetokenError } from '../util/errors.ts';
import { alignUp } from '../util/math.ts';
import type { Setup } from './check.ts';
import { type Contents, writeContents } from './contents.ts';

/** Kernel with the inputs to try it on. */
export interface Run {
  readonly spec: KernelSpec;
  readonly setup: Pick<Setup, 'bindings' | 'grid'>;
}

/** Largest contents that share a buffer; larger ones get their own. */
const SHARED_BYTES = 8 << 20;
/** Alignment of a binding's offset: no device requires more. */
const ALIGNMENT = 256;
/** Fewest words per write of a repeated stretch, which could be short. */
const WRITE_WORDS = 1 << 16;

/** Location of a binding. */
interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** Run that is ready to be recorded. */
export interface PreparedRun {
  readonly dispatch: Dispatch;
  /** Locations by binding. */
  readonly places: readonly Place[];
}

/**
 * Runs kernels, each once and all in one submit, and reads back what they wrote, in one mapping unless that exceeds a buffer.
 * Returns the words of every binding, empty if it is only read. Throws a `CompileError` for a kernel that does not compile, and
 * `internal` if the GPU refuses the work.
 */
export async function runKernels(gpu: Gpu, runs: readonly Run[]): Promise<Uint32Array<ArrayBuffer>[][]> {
  // Compile first, so that the error scope covers only this work.
  for (const { spec } of runs) await gpu.pipelines.get(spec);
  const { prepared, buffers, outputs } = await prepareRuns(gpu, runs);
  try {
    gpu.device.pushErrorScope('validation');
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(
      pass,
      prepared.map(({ dispatch }) => dispatch),
    );
    pass.end();
    const staged = outputs.map(buffer => {
      const staging = gpu.createBuffer(
        'staging',
        buffer.size,
        GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      );
      buffers.push(staging);
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
      return { buffer, staging };
    });
    gpu.device.queue.submit([encoder.finish()]);
    // Await both together: a lost device rejects both.
    const [refusal, ...mapped] = await Promise.all([
      gpu.device.popErrorScope(),
      ...staged.map(({ buffer, staging }) =>
        readMapped(gpu, staging, buffer.size, mapped => [buffer, mapped.slice(0)] as const),
      ),
    ]);
    if (refusal) throw new ForetokenError('internal', `${kernelKey(runs[0].spec)}: ${refusal.message}`);
    const read = new Map(mapped);
    return runs.map(({ setup }, i) =>
      setup.bindings.map(({ size }, binding) => {
        const { buffer, offset } = prepared[i].places[binding];
        const bytes = read.get(buffer);
        return bytes ? new Uint32Array(bytes, offset, size).slice() : new Uint32Array();
      }),
    );
  } finally {
    for (const buffer of buffers) gpu.destroyBuffer(buffer);
  }
}

/** Uploads the inputs of runs. `buffers` are all buffers that were created, `outputs` those that the kernels write. */
export async function prepareRuns(gpu: Gpu, runs: readonly Run[]) {
  const pipelines = await Promise.all(runs.map(({ spec }) => gpu.pipelines.get(spec)));
  const of = (use: 'read' | 'write') =>
    runs.flatMap(({ spec, setup }) => setup.bindings.filter((_, i) => spec.bindings[i] === use));
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  // A buffer cannot be read and written in one dispatch, not even at different offsets.
  const inputs = placeContents(gpu, of('read'), usage);
  const outputs = placeContents(gpu, of('write'), usage);
  const places = new Map([...inputs, ...outputs]);
  const buffersOf = (all: Iterable<Place>) => [...new Set([...all].map(({ buffer }) => buffer))];
  const prepared = runs.map(({ spec, setup }, i): PreparedRun => {
    const { pipeline, layout } = pipelines[i];
    const own = setup.bindings.flatMap(contents => places.get(contents) ?? []);
    const entries = own.map((resource, binding) => ({ binding, resource }));
    const bindGroup = gpu.device.createBindGroup({ layout, entries });
    return { dispatch: { pipeline, bindGroup, workgroups: setup.grid(spec) }, places: own };
  });
  return { prepared, buffers: buffersOf(places.values()), outputs: buffersOf(outputs.values()) };
}

/** Packs contents into as few buffers as possible. */
function placeContents(gpu: Gpu, all: readonly Contents[], usage: number): Map<Contents, Place> {
  const places = new Map<Contents, Place>();
  for (const { size, offsets } of shareBuffers([...new Set(all)], gpu.maxBufferBytes)) {
    const buffer = gpu.createBuffer('conformance', size, usage);
    if (size <= SHARED_BYTES || offsets.size > 1) {
      // Contents that share a buffer are uploaded in one write.
      const words = new Uint32Array(size / 4);
      for (const [contents, offset] of offsets) writeContents(contents, words, offset / 4);
      gpu.device.queue.writeBuffer(buffer, 0, words);
    } else {
      for (const contents of offsets.keys()) writeStretches(gpu, buffer, contents);
    }
    for (const [contents, offset] of offsets)
      places.set(contents, { buffer, offset, size: bytesOf(contents) });
  }
  return places;
}

/** Writes large contents piece by piece. */
function writeStretches({ device }: Gpu, buffer: GPUBuffer, { size, stretches, fill = 0 }: Contents): void {
  const filled = fill === 0 ? [] : [{ at: 0, words: new Uint32Array(WRITE_WORDS).fill(fill), length: size }];
  for (const { at, words, length = words.length } of [...filled, ...stretches]) {
    const step = Math.min(length, Math.ceil(WRITE_WORDS / words.length) * words.length);
    const piece = new Uint32Array(step);
    writeContents({ size: step, stretches: [{ at: 0, words, length: step }] }, piece);
    for (let done = 0; done < length; done += step) {
      device.queue.writeBuffer(buffer, 4 * (at + done), piece, 0, Math.min(step, length - done));
    }
  }
}

/** Planned buffer with the offset of each of its contents. */
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
