import type { Gpu } from '../../gpu/device.ts';
import { type Dispatch, Recorder } from '../../gpu/dispatch.ts';
import { kernel } from '../../gpu/kernel.ts';

const WORKGROUP_SIZE = 64;
const FMA = { groups: 2048, rounds: 512 };
const FMA_SOFTWARE = { groups: 64, rounds: 512 };
/** Operations of one round of an invocation: eight chains of four multiply-adds. */
const FLOPS_PER_ROUND = 8 * 4 * 2;

const fma = kernel('fma', [], ({ groups, rounds }: { groups: number; rounds: number }) => ({
  defines: {},
  overrides: { WORKGROUP_SIZE, ROUNDS: rounds },
  bindings: ['read', 'write'],
  workgroups: [groups, 1, 1],
}));

/** Invocations that only multiply and add, and the operations of one dispatch of them. */
export async function fmaWork(gpu: Gpu): Promise<{ dispatches: Dispatch[]; flops: number }> {
  const { groups, rounds } = gpu.report.isFallback ? FMA_SOFTWARE : FMA;
  const { STORAGE, COPY_DST } = GPUBufferUsage;
  const src = gpu.createBuffer('fma', 32, STORAGE | COPY_DST);
  gpu.device.queue.writeBuffer(src, 0, Float32Array.of(0.9, 0.8, 0.7, 0.6, 0.1, 0.2, 0.3, 0.4));
  const dst = gpu.createBuffer('fma', 4 * WORKGROUP_SIZE * groups, STORAGE);
  const dispatches = await new Recorder(gpu.device, gpu.pipelines).prepare([
    {
      spec: fma({ groups, rounds }),
      buffers: [src, dst],
    },
  ]);
  return { dispatches, flops: groups * WORKGROUP_SIZE * rounds * FLOPS_PER_ROUND };
}
