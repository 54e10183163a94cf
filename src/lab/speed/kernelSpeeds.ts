import type { TimedCase } from '../../conformance/cases.ts';
import { prepareRuns, type Run } from '../../conformance/run.ts';
import type { TuningName } from '../../conformance/tunings.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Dispatch } from '../../gpu/dispatch.ts';
import { tuningFor } from '../../gpu/tuning.ts';
import type { KernelShape } from '../../report/index.ts';
import { identityOf } from '../conformance.ts';
import { digestOfText } from '../digest.ts';
import type { Finding, Job } from '../job.ts';
import { inTurn } from './inTurn.ts';
import { sampleTimes, stopwatch } from './stopwatch.ts';

const LIMIT_MS = 60_000;

/** Times a kernel as models on this adapter would run it. */
export function kernelSpeedJob(timed: TimedCase): Job {
  const { id, bytes, flops, make, readsMemory } = timed;
  const found = (
    tuning: TuningName | 'any',
    entry: Extract<Finding, { part: 'speed.kernels' }>['entry'],
    compiled: Pick<KernelShape, 'shader'> = {},
  ): readonly Finding[] => {
    const identity = identityOf(timed, tuning);
    const shape: KernelShape = { ...identity, ...compiled, bytes, flops, fromMemory: readsMemory };
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
      const dispatches = readsMemory ? (await inTurn(gpu, [run]))[0] : await repeatable(gpu, run);
      const times = await sampleTimes(stopwatch(gpu, clock), dispatches, repetitions);
      if (gpu.fault) throw gpu.fault;
      const { code } = await gpu.pipelines.get(run.spec);
      const each = times.map(ms => ms / dispatches.length);
      return found(ownTuning(timed, gpu), each, { shader: await digestOfText(code) });
    },
    // Without a device the tuning is unknown.
    failed: failure => found('any', failure),
  };
}

async function repeatable(gpu: Gpu, run: Run): Promise<Dispatch[]> {
  const { prepared } = await prepareRuns(gpu, [run]);
  return prepared.map(({ dispatch }) => dispatch);
}

/** Name of the tuning that the adapter gets. */
function ownTuning({ tunings }: TimedCase, { report }: Gpu): TuningName | 'any' {
  if (tunings.includes('any')) return 'any';
  const { lanes, sharedLoads } = tuningFor(report);
  if (lanes > 1) return 'gpu';
  return sharedLoads && tunings.includes('subgroups') ? 'subgroups' : 'software';
}
