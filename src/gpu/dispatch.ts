import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { type KernelSpec, kernelKey, type PipelineCache } from './pipelines.ts';

/** Recorded kernel call, unchanged from step to step (design D2). */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** Kernel call before it is compiled: `buffers[i]` is bound at binding i. */
export interface Call {
  readonly spec: KernelSpec;
  readonly buffers: readonly GPUBuffer[];
}

/** Turns calls into dispatches. Calls with the same buffers share a bind group, whatever their pipeline. */
export class Recorder {
  readonly #device: GPUDevice;
  readonly #pipelines: PipelineCache;
  readonly #bufferIds = new Map<GPUBuffer, number>();
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  readonly #kernels = new Map<string, KernelSpec>();

  constructor(device: GPUDevice, pipelines: PipelineCache) {
    this.#device = device;
    this.#pipelines = pipelines;
  }

  /** Distinct kernels that were prepared. */
  get kernels(): KernelSpec[] {
    return [...this.#kernels.values()];
  }

  /** Compiles the calls' pipelines in parallel. Throws `device_limits` for a grid that the device refuses. */
  prepare(calls: readonly Call[]): Promise<Dispatch[]> {
    return Promise.all(
      calls.map(async ({ spec, buffers }) => {
        this.#check(spec, buffers);
        this.#kernels.set(kernelKey(spec), spec);
        const { pipeline, layout } = await this.#pipelines.get(spec);
        return { pipeline, bindGroup: this.#bindGroup(layout, buffers), workgroups: spec.workgroups };
      }),
    );
  }

  #check(spec: KernelSpec, buffers: readonly GPUBuffer[]): void {
    assert(buffers.length === spec.bindings.length, () => `${kernelKey(spec)}: ${buffers.length} buffers`);
    const limit = this.#device.limits.maxComputeWorkgroupsPerDimension;
    const widest = Math.max(...spec.workgroups);
    if (widest <= limit) return;
    throw new ForetokenError(
      'device_limits',
      `${kernelKey(spec)} needs ${widest} workgroups in one dimension, but this adapter allows ${limit}; use a smaller model`,
      { needed: widest, limit },
    );
  }

  #bindGroup(layout: GPUBindGroupLayout, buffers: readonly GPUBuffer[]): GPUBindGroup {
    const key = `${layout.label}:${buffers.map(buffer => this.#bufferId(buffer)).join(',')}`;
    let bindGroup = this.#bindGroups.get(key);
    if (!bindGroup) {
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
      const label = buffers.map(buffer => buffer.label).join(',');
      bindGroup = this.#device.createBindGroup({ label, layout, entries });
      this.#bindGroups.set(key, bindGroup);
    }
    return bindGroup;
  }

  #bufferId(buffer: GPUBuffer): number {
    const id = this.#bufferIds.get(buffer) ?? this.#bufferIds.size;
    this.#bufferIds.set(buffer, id);
    return id;
  }
}

/** Records a list of dispatches into a pass, in order. */
export function record(pass: GPUComputePassEncoder, dispatches: readonly Dispatch[]): void {
  for (const { pipeline, bindGroup, workgroups } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
  }
}
