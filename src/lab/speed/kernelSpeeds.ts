import type { Gpu } from '../../gpu/device.ts';
import { Recorder } from '../../gpu/dispatch.ts';
import { tuningFor } from '../../gpu/tuning.ts';
import type { TuningName } from '../../harness/tunings.ts';
import { identityOf, tuningsOf } from '../conformance.ts';
import { digestOfText } from '../digest.ts';
import type { Finding, Job, KernelShape } from '../job.ts';
import type { KernelWork } from './kernelWork.ts';
import { sampleTimes, stopwatch } from './stopwatch.ts';

const LIMIT_MS = 60_000;

/** The time of a kernel as models on this adapter would run it. */
export function kernelSpeedJob(work: KernelWork): Job {
  const { id, bytes, flops, make } = work;
  const [kernel] = id.split(':');
  const found = (
    tuning: TuningName | 'any',
    entry: Extract<Finding, { part: 'speed.kernels' }>['entry'],
    compiled: Pick<KernelShape, 'shader'> = {},
  ): readonly Finding[] => {
    const shape: KernelShape = { ...identityOf(id, tuning), ...compiled, bytes, flops };
    return [{ part: 'speed.kernels', shape, entry }];
  };
  return {
    id: `speed:${id}`,
    part: 'speed.kernels',
    limitMs: LIMIT_MS,
    weight: 0.3,
    async run(bench) {
      const { clock, repetitions } = bench;
      const gpu = await bench.own({ feature: 'timestamp-query' });
      const { spec, bindings } = make(tuningFor(gpu.report));
      const { STORAGE, COPY_DST } = GPUBufferUsage;
      const buffers = bindings.map(data => {
        const buffer = gpu.createBuffer(id, Math.max(16, data.byteLength), STORAGE | COPY_DST);
        gpu.device.queue.writeBuffer(buffer, 0, data);
        return buffer;
      });
      const dispatches = await new Recorder(gpu.device, gpu.pipelines).prepare([{ spec, buffers }]);
      const times = await sampleTimes(stopwatch(gpu, clock), dispatches, repetitions);
      if (gpu.fault) throw gpu.fault;
      const tuning = tuningsOf(kernel).length === 1 ? 'any' : ownTuning(kernel, gpu);
      const { code } = await gpu.pipelines.get(spec);
      return found(tuning, times, { shader: await digestOfText(code) });
    },
    // Which tuning it would have been is not known where there is no device.
    failed: failure => found('any', failure),
  };
}

/** The name of the tuning that the adapter gets. */
function ownTuning(kernel: string, { report }: Gpu): TuningName {
  const { lanes, sharedLoads } = tuningFor(report);
  if (lanes > 1) return 'gpu';
  return sharedLoads && tuningsOf(kernel).includes('subgroups') ? 'subgroups' : 'software';
}
