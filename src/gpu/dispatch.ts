import { assert } from '../util/assert.ts';
import { type KernelSpec, kernelKey, type PipelineCache } from './pipelines.ts';

/** One recorded kernel call: nothing of it changes from step to step (design D2). */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** A kernel call before it is compiled: `buffers[i]` is bound at binding i. */
export interface Call {
  readonly spec: KernelSpec;
  readonly buffers: readonly GPUBuffer[];
}

/** Compiles the calls' pipelines, all at once, and makes their bind groups. */
export async function prepare(
  device: GPUDevice,
  pipelines: PipelineCache,
  calls: readonly Call[],
): Promise<Dispatch[]> {
  return Promise.all(
    calls.map(async ({ spec, buffers }) => {
      assert(buffers.length === spec.bindings.length, () => `${kernelKey(spec)}: ${buffers.length} buffers`);
      const { key, pipeline, layout } = await pipelines.get(spec);
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
      return {
        pipeline,
        bindGroup: device.createBindGroup({ label: key, layout, entries }),
        workgroups: spec.workgroups,
      };
    }),
  );
}

/** Records a list of dispatches into a pass, in order. */
export function record(pass: GPUComputePassEncoder, dispatches: readonly Dispatch[]): void {
  for (const { pipeline, bindGroup, workgroups } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
  }
}
