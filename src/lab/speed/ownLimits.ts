import type { Gpu } from '../../gpu/device.ts';
import { type Dispatch, Recorder } from '../../gpu/dispatch.ts';
import { type Measurement, measured, type OwnLimits } from '../../report/index.ts';
import type { Bench } from '../bench.ts';
import type { Job } from '../job.ts';
import { fmaWork } from './fma.ts';
import { copy, copyWork, type MemoryWork, readWork, WORKGROUP_BYTES } from './memory.ts';
import { timeReadbacks } from './readbacks.ts';
import { sampleTimes, stopwatch } from './stopwatch.ts';

const LIMIT_MS = 60_000;
const N_DISPATCHES = 256;

/** Measures the limits of the adapter, each by a kernel that does nothing else. */
export function ownLimitJobs(): Job[] {
  return [
    limitJob('copyGbPerSecond', async (bench, gpu) => bandwidth(bench, gpu, await copyWork(gpu))),
    limitJob('readGbPerSecond', async (bench, gpu) => bandwidth(bench, gpu, await readWork(gpu))),
    limitJob('fmaGflops', measureFma),
    limitJob('dispatchMs', (bench, gpu) => measureDispatches(bench, gpu, 1)),
    limitJob('independentDispatchMs', (bench, gpu) => measureDispatches(bench, gpu, N_DISPATCHES)),
    limitJob('submitToReadbackMs', (_, gpu) => timeReadbacks(gpu, 'waiting')),
    limitJob('kickedReadbackMs', (_, gpu) => timeReadbacks(gpu, 'kicking')),
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

async function bandwidth(bench: Bench, gpu: Gpu, { dispatches, bytes }: MemoryWork): Promise<Measurement> {
  const times = await sampleTimes(stopwatch(gpu, bench.clock), dispatches, bench.repetitions);
  if (gpu.fault) throw gpu.fault;
  return measured(times.map(ms => bytes / ms / 1e6));
}

async function measureFma({ clock, repetitions }: Bench, gpu: Gpu): Promise<Measurement> {
  const { dispatches, flops } = await fmaWork(gpu);
  const times = await sampleTimes(stopwatch(gpu, clock), dispatches, repetitions);
  return measured(times.map(ms => flops / ms / 1e6));
}

/**
 * Average time of many dispatches of a single workgroup that does almost nothing. Those that write the same one of `nResults`
 * buffers run one after the other, like the kernels of a layer.
 */
async function measureDispatches(
  { clock, repetitions }: Bench,
  gpu: Gpu,
  nResults: number,
): Promise<Measurement> {
  const create = (label: string) => gpu.createBuffer(label, WORKGROUP_BYTES, GPUBufferUsage.STORAGE);
  const src = create('tiny');
  const tiny = await new Recorder(gpu.device, gpu.pipelines).prepare(
    Array.from({ length: nResults }, () => ({
      spec: copy({ bytes: WORKGROUP_BYTES }),
      buffers: [src, create('tiny result')],
    })),
  );
  const many = Array.from({ length: N_DISPATCHES }, (_, i): Dispatch => tiny[i % nResults]);
  const times = await sampleTimes(stopwatch(gpu, clock), many, repetitions);
  return measured(times.map(ms => ms / N_DISPATCHES));
}
