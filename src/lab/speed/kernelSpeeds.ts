import type { TimedCase } from '../../conformance/cases.ts';
import { prepareRuns } from '../../conformance/run.ts';
import type { TuningName } from '../../conformance/tunings.ts';
import type { Gpu } from '../../gpu/device.ts';
import { tuningFor } from '../../gpu/tuning.ts';
import { identityOf } from '../conformance.ts';
import { digestOfText } from '../digest.ts';
import type { Finding, Job, KernelShape } from '../job.ts';
import { sampleTimes, stopwatch } from './stopwatch.ts';

const LIMIT_MS = 60_000;

/** Times a kernel as models on this adapter would run it. */
export function kernelSpeedJob(timed: TimedCase): Job {
  const { id, bytes, flops, make } = timed;
  const found = (
    tuning: TuningName | 'any',
    entry: Extract<Finding, { part: 'speed.kernels' }>['entry'],
    compiled: Pick<KernelShape, 'shader'> = {},
  ): readonly Finding[] => {
    const shape: KernelShape = { ...identityOf(timed, tuning), ...compiled, bytes, flops };
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
      const run = make(tuningFor(gpu.report));
      const { prepared } = await prepareRuns(gpu, [run]);
      const dispatches = prepared.map(({ dispatch }) => dispatch);
      const times = await sampleTimes(stopwatch(gpu, clock), dispatches, repetitions);
      if (gpu.fault) throw gpu.fault;
      const { code } = await gpu.pipelines.get(run.spec);
      return found(ownTuning(timed, gpu), times, { shader: await digestOfText(code) });
    },
    // Without a device the tuning is unknown.
    failed: failure => found('any', failure),
  };
}

/** Name of the tuning that the adapter gets. */
function ownTuning({ tunings }: TimedCase, { report }: Gpu): TuningName | 'any' {
  if (tunings.includes('any')) return 'any';
  const { lanes, sharedLoads } = tuningFor(report);
  if (lanes > 1) return 'gpu';
  return sharedLoads && tunings.includes('subgroups') ? 'subgroups' : 'software';
}
