import type { Gpu } from '../../gpu/device.ts';
import { type Dispatch, Recorder } from '../../gpu/dispatch.ts';
import { kernel } from '../../gpu/kernel.ts';
import { readMapped } from '../../gpu/readback.ts';
import { type Measurement, measured, type OwnLimits } from '../../report/index.ts';
import type { Bench } from '../bench.ts';
import type { Job } from '../job.ts';
import { sampleTimes, stopwatch } from './stopwatch.ts';

const LIMIT_MS = 60_000;
const WORKGROUP_SIZE = 64;
/** Size of the copy: larger than a cache, but smaller for software adapters, which are slow. */
const COPY_BYTES = 64 * 2 ** 20;
const COPY_BYTES_SOFTWARE = 16 * 2 ** 20;
const COPY_GROUPS = 1024;
const FMA = { groups: 2048, rounds: 512 };
const FMA_SOFTWARE = { groups: 64, rounds: 512 };
/** Operations of one round of an invocation: eight chains of four multiply-adds. */
const FLOPS_PER_ROUND = 8 * 4 * 2;
const N_DISPATCHES = 256;
/** Number of readback samples, which are cheap and vary a lot. */
const READBACKS = 20;

const copy = kernel('copy', [], ({ groups }: { groups: number }) => ({
  defines: {},
  overrides: { WORKGROUP_SIZE, GROUPS: groups },
  bindings: ['read', 'write'],
  workgroups: [groups, 1, 1],
}));

const fma = kernel('fma', [], ({ groups, rounds }: { groups: number; rounds: number }) => ({
  defines: {},
  overrides: { WORKGROUP_SIZE, ROUNDS: rounds },
  bindings: ['read', 'write'],
  workgroups: [groups, 1, 1],
}));

/** Measures the limits of the adapter, each by a kernel that does nothing else. */
export function ownLimitJobs(): Job[] {
  return [
    limitJob('copyGbPerSecond', measureCopy),
    limitJob('fmaGflops', measureFma),
    limitJob('dispatchMs', measureDispatch),
    limitJob('submitToReadbackMs', measureReadback),
  ];
}

function limitJob(limit: keyof OwnLimits, measure: (bench: Bench, gpu: Gpu) => Promise<Measurement>): Job {
  return {
    id: `limit:${limit}`,
    part: 'speed.limits',
    limitMs: LIMIT_MS,
    weight: 0.3,
    async run(bench) {
      const gpu = await bench.own({ feature: 'timestamp-query' });
      return [{ part: 'speed.limits', limit, entry: await measure(bench, gpu) }];
    },
    failed: failure => [{ part: 'speed.limits', limit, entry: failure }],
  };
}

async function measureCopy({ clock, repetitions }: Bench, gpu: Gpu): Promise<Measurement> {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const wanted = gpu.report.isFallback ? COPY_BYTES_SOFTWARE : COPY_BYTES;
  const bytes = Math.min(wanted, maxBufferSize, maxStorageBufferBindingSize);
  const { STORAGE } = GPUBufferUsage;
  const buffers = ['copied', 'copy'].map(label => gpu.createBuffer(label, bytes, STORAGE));
  const dispatches = await new Recorder(gpu.device, gpu.pipelines).prepare([
    {
      spec: copy({ groups: COPY_GROUPS }),
      buffers,
    },
  ]);
  const times = await sampleTimes(stopwatch(gpu, clock), dispatches, repetitions);
  return measured(times.map(ms => (2 * bytes) / ms / 1e6));
}

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

async function measureFma({ clock, repetitions }: Bench, gpu: Gpu): Promise<Measurement> {
  const { dispatches, flops } = await fmaWork(gpu);
  const times = await sampleTimes(stopwatch(gpu, clock), dispatches, repetitions);
  return measured(times.map(ms => flops / ms / 1e6));
}

/** Average time of many dispatches of a single workgroup that does almost nothing. */
async function measureDispatch({ clock, repetitions }: Bench, gpu: Gpu): Promise<Measurement> {
  const [dispatch] = await tinyWork(gpu);
  const many = Array<Dispatch>(N_DISPATCHES).fill(dispatch);
  const times = await sampleTimes(stopwatch(gpu, clock), many, repetitions);
  return measured(times.map(ms => ms / N_DISPATCHES));
}

async function measureReadback(_: Bench, gpu: Gpu): Promise<Measurement> {
  const [{ pipeline, bindGroup }] = await tinyWork(gpu);
  const { COPY_DST, MAP_READ, COPY_SRC } = GPUBufferUsage;
  const source = gpu.createBuffer('readback', 16, COPY_SRC);
  const staging = gpu.createBuffer('readback, staging', 16, COPY_DST | MAP_READ);
  const samples: number[] = [];
  for (let i = 0; i <= READBACKS; i++) {
    const begin = performance.now();
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(source, 0, staging, 0, 16);
    gpu.device.queue.submit([encoder.finish()]);
    await readMapped(gpu, staging, 16, () => {});
    const ms = performance.now() - begin;
    // The first sample warms up. A coarse clock may measure zero.
    if (i > 0) samples.push(Math.max(ms, 1e-3));
  }
  return measured(samples);
}

async function tinyWork(gpu: Gpu): Promise<Dispatch[]> {
  const { STORAGE } = GPUBufferUsage;
  const buffers = ['tiny', 'tiny'].map(label => gpu.createBuffer(label, 1024, STORAGE));
  return new Recorder(gpu.device, gpu.pipelines).prepare([
    {
      spec: copy({ groups: 1 }),
      buffers,
    },
  ]);
}
