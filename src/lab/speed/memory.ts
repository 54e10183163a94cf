import type { Gpu } from '../../gpu/device.ts';
import { type Dispatch, Recorder, record } from '../../gpu/dispatch.ts';
import { kernel } from '../../gpu/kernel.ts';
import { alignDown, ceilDiv } from '../../util/math.ts';

const WORKGROUP_SIZE = 256;
/** Bytes of a workgroup of these kernels: four vec4 per invocation. */
export const WORKGROUP_BYTES = 64 * WORKGROUP_SIZE;
/** Sizes far beyond a cache. Software adapters are slow and have small machines. */
const READ_BYTES = 512 * 2 ** 20;
const COPY_BYTES = 256 * 2 ** 20;
const BYTES_SOFTWARE = 16 * 2 ** 20;

interface Size {
  readonly bytes: number;
}

/** Grid that covers `bytes`. */
function covering({ bytes }: Size) {
  const workgroups: [number, number, number] = [ceilDiv(bytes, WORKGROUP_BYTES), 1, 1];
  return { defines: {}, overrides: { WORKGROUP_SIZE }, workgroups };
}

/** Copies the first buffer to the second. */
export const copy = kernel('copy', [], (size: Size) => ({
  ...covering(size),
  bindings: ['read', 'write'],
}));

/** Reads the first buffer; the second has at least a word. */
export const read = kernel('read', [], (size: Size) => ({ ...covering(size), bindings: ['read', 'write'] }));

const noise = kernel('noise', [], (size: Size) => ({ ...covering(size), bindings: ['write'] }));

/** Dispatches that move `bytes`. */
export interface MemoryWork {
  readonly dispatches: readonly Dispatch[];
  readonly bytes: number;
}

/** Work that copies random bits. */
export async function copyWork(gpu: Gpu): Promise<MemoryWork> {
  const bytes = largest(gpu, COPY_BYTES);
  const src = await randomBuffer(gpu, bytes);
  const dst = gpu.createBuffer('copy', bytes, GPUBufferUsage.STORAGE);
  const recorder = new Recorder(gpu.device, gpu.pipelines);
  const dispatches = await recorder.prepare([{ spec: copy({ bytes }), buffers: [src, dst] }]);
  return { dispatches, bytes: 2 * bytes };
}

/** Work that only reads random bits. */
export async function readWork(gpu: Gpu): Promise<MemoryWork> {
  const bytes = largest(gpu, READ_BYTES);
  const src = await randomBuffer(gpu, bytes);
  const dst = gpu.createBuffer('read', 16, GPUBufferUsage.STORAGE);
  const recorder = new Recorder(gpu.device, gpu.pipelines);
  const dispatches = await recorder.prepare([{ spec: read({ bytes }), buffers: [src, dst] }]);
  return { dispatches, bytes };
}

function largest({ device: { limits }, report }: Gpu, wanted: number): number {
  const { maxBufferSize, maxStorageBufferBindingSize } = limits;
  const bytes = report.isFallback ? BYTES_SOFTWARE : wanted;
  return alignDown(Math.min(bytes, maxBufferSize, maxStorageBufferBindingSize), WORKGROUP_BYTES);
}

async function randomBuffer(gpu: Gpu, bytes: number): Promise<GPUBuffer> {
  const buffer = gpu.createBuffer('noise', bytes, GPUBufferUsage.STORAGE);
  const recorder = new Recorder(gpu.device, gpu.pipelines);
  const dispatches = await recorder.prepare([{ spec: noise({ bytes }), buffers: [buffer] }]);
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  record(pass, dispatches);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
  return buffer;
}
