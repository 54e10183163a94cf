import { ForetokenError } from '../util/errors.ts';
import {
  type AdapterDescription,
  type AdapterLimits,
  describeAdapter,
  largestBuffer,
  RAISED_LIMITS,
  requestAdapter,
  sizeError,
} from './adapter.ts';
import { type CallCounts, countCalls, zeroCounts } from './counters.ts';
import { Kicks } from './kicks.ts';
import { PipelineCache } from './pipelines.ts';

/** Device with its pipelines and its memory account. */
export interface Gpu extends AdapterLimits {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  /** Empty submits while results are awaited; none by default. */
  readonly kicks: Kicks;
  /** Resolves with the reason when the device is lost; never after `close`. */
  readonly lost: Promise<ForetokenError>;
  /** Reason not to trust further results of this device: it was lost, or refused some work. Otherwise null. */
  readonly fault: ForetokenError | null;
  /** Creates a labelled buffer; its size counts until `destroyBuffer`. Throws `device_limits`. */
  createBuffer(label: string, sizeBytes: number, usage: GPUBufferUsageFlags): GPUBuffer;
  destroyBuffer(buffer: GPUBuffer): void;
  /** Total size of all live buffers in bytes. */
  readonly allocatedBytes: number;
  /** Runs `allocate`, which creates buffers, and throws `out_of_memory` with the remedy if the GPU has no memory for them. */
  allocating<T>(what: string, allocate: () => T, remedy?: string): Promise<T>;
  /** Totals since the device was opened; all zero unless opened with `countCalls`. */
  counters(): CallCounts;
  close(): void;
}

/** Features that variants of kernels use if the adapter has them. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['subgroups'];

export interface OpenOptions {
  readonly countCalls?: boolean;
  /** WebGPU entry point; the browser's by default. */
  readonly gpu?: GPU | undefined;
  /** Limits the size of buffers, even if the device allows larger ones. */
  readonly maxBufferBytes?: number;
  /** Further features to request, if the adapter has them. */
  readonly features?: readonly GPUFeatureName[];
}

/** Opens the preferred adapter's device. Throws `no_webgpu` if there is none. */
export async function openGpu(shaders: ReadonlyMap<string, string>, options: OpenOptions = {}): Promise<Gpu> {
  const adapter = await requestAdapter(options.gpu);
  const requiredLimits: Record<string, number> = {};
  for (const name of RAISED_LIMITS) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = [...OPTIONAL_FEATURES, ...(options.features ?? [])].filter(name =>
    adapter.features.has(name),
  );
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ label: 'foretoken', requiredLimits, requiredFeatures });
  } catch (cause) {
    throw new ForetokenError('no_webgpu', `the adapter gave no device: ${String(cause)}`, {}, { cause });
  }
  return new OpenGpu(device, adapter, shaders, options);
}

class OpenGpu implements Gpu {
  readonly device: GPUDevice;
  readonly report: AdapterDescription;
  readonly pipelines: PipelineCache;
  readonly kicks: Kicks;
  readonly lost: Promise<ForetokenError>;
  readonly maxBufferBytes: number;
  readonly maxWorkgroups: number;
  readonly #counts: CallCounts;
  readonly #buffers = new Set<GPUBuffer>();
  #allocatedBytes = 0;
  #fault: ForetokenError | null = null;

  constructor(
    device: GPUDevice,
    adapter: GPUAdapter,
    shaders: ReadonlyMap<string, string>,
    { countCalls: counting = false, maxBufferBytes = Number.POSITIVE_INFINITY }: OpenOptions,
  ) {
    this.device = device;
    this.maxBufferBytes = Math.min(maxBufferBytes, largestBuffer(device.limits));
    this.maxWorkgroups = device.limits.maxComputeWorkgroupsPerDimension;
    this.#counts = counting ? countCalls(device) : zeroCounts();
    this.pipelines = new PipelineCache(device, shaders);
    this.kicks = new Kicks(device.queue);
    this.report = describeAdapter(adapter);
    this.lost = new Promise(resolve => {
      void device.lost.then(info => {
        if (info.reason === 'destroyed') return;
        const why = info.message || 'no reason given';
        this.#fault = new ForetokenError('device_lost', `the GPU device was lost: ${why}; reload the model`);
        resolve(this.#fault);
      });
    });
    device.addEventListener('uncapturederror', ({ error }) => {
      this.#fault ??= new ForetokenError(
        'internal',
        `the GPU refused some work: ${error.message}; reload the model`,
      );
    });
  }

  get fault(): ForetokenError | null {
    return this.#fault;
  }

  get allocatedBytes(): number {
    return this.#allocatedBytes;
  }

  createBuffer(label: string, sizeBytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const error = sizeError(label, sizeBytes, this.maxBufferBytes);
    if (error) throw error;
    const buffer = this.device.createBuffer({ label, size: sizeBytes, usage });
    this.#buffers.add(buffer);
    this.#allocatedBytes += sizeBytes;
    return buffer;
  }

  destroyBuffer(buffer: GPUBuffer): void {
    if (!this.#buffers.delete(buffer)) return;
    this.#allocatedBytes -= buffer.size;
    buffer.destroy();
  }

  async allocating<T>(
    what: string,
    allocate: () => T,
    remedy = 'use a smaller model or context',
  ): Promise<T> {
    this.device.pushErrorScope('out-of-memory');
    let result: T;
    try {
      result = allocate();
    } catch (error) {
      await this.device.popErrorScope();
      throw error;
    }
    const error = await this.device.popErrorScope();
    if (!error) return result;
    throw new ForetokenError(
      'out_of_memory',
      `the GPU has no memory for ${what}: ${error.message || 'out of memory'}; ${this.#allocatedBytes} bytes were asked for in all; ${remedy}`,
      { allocatedBytes: this.#allocatedBytes },
    );
  }

  counters(): CallCounts {
    return { ...this.#counts };
  }

  close(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
    this.#allocatedBytes = 0;
    this.device.destroy();
  }
}
