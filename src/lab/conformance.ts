import type { KernelCase } from '../conformance/cases.ts';
import { type CaseOutcome, runCase } from '../conformance/runCase.ts';
import { type TuningName, tuningOn } from '../conformance/tunings.ts';
import type { Gpu } from '../gpu/device.ts';
import type { ConformanceCase, Failure } from '../report/index.ts';
import { digestOf, digestOfText } from './digest.ts';
import type { Finding, Job } from './job.ts';
import { type Judgement, judge } from './judge.ts';

// Software adapters compile for a minute.
const LIMIT_MS = 120_000;

/** Identity of a kernel case in a report. */
type Identity = Pick<ConformanceCase, 'id' | 'kernel' | 'weightType' | 'variant' | 'tuning' | 'parameters'>;

export function identityOf({ id, kernel, axes }: KernelCase, tuning: TuningName | 'any'): Identity {
  const { weight } = axes;
  return {
    id,
    kernel,
    ...(typeof weight === 'string' && { weightType: weight }),
    variant: tuning === 'subgroups' ? 'subgroups' : 'base',
    tuning,
    parameters: { ...axes },
  };
}

/** Compares a case of a kernel under a tuning with its CPU twin, several times. */
export function conformanceJob(kernelCase: KernelCase, tuning: TuningName | 'any'): Job {
  const identity = identityOf(kernelCase, tuning);
  const found = (entry: ConformanceCase): readonly Finding[] => [{ part: 'conformance', entry }];
  return {
    id: `${kernelCase.id}@${tuning}`,
    part: 'conformance',
    limitMs: LIMIT_MS,
    weight: kernelCase.seconds,
    async run(bench) {
      const gpu = await bench.gpu();
      const missing = missingFor(tuning, gpu);
      if (missing) return found({ ...identity, ...missing });
      return found({ ...identity, ...(await check(gpu, kernelCase, tuning, bench.repetitions)) });
    },
    failed: failure => found({ ...identity, ...failure }),
  };
}

/** Reason why a tuning is unavailable on this adapter, or null. */
export function missingFor(tuning: TuningName | 'any', gpu: Gpu): Failure | null {
  if (tuning !== 'subgroups' || gpu.device.features.has('subgroups')) return null;
  return { status: 'unsupported', message: 'this adapter has no subgroups' };
}

/** Runs a case several times and judges the results. */
export async function check(
  gpu: Gpu,
  kernelCase: KernelCase,
  tuning: TuningName | 'any',
  repetitions: number,
) {
  const begin = performance.now();
  const outcome = await runCase(
    gpu,
    kernelCase,
    tuningOn(tuning === 'any' ? 'gpu' : tuning, gpu.report),
    repetitions,
  );
  const [values, ...others] = outcome.actual;
  const ms = performance.now() - begin;
  const digest = await digestOf(values);
  const digests = await Promise.all(others.map(digestOf));
  const deterministic = digests.every(other => other === digest);
  const { passed, message, firstBad, ...errors } = worst(outcome);
  const { code } = await gpu.pipelines.get(outcome.spec);
  const figures = { ...errors, digest, deterministic, repetitions, ms, shader: await digestOfText(code) };
  if (passed && deterministic) return { status: 'success', ...figures } as const;
  const why = passed ? `equal runs gave other bits, of ${repetitions}` : message;
  return { status: 'wrong-result', ...figures, message: why, ...(firstBad && { firstBad }) } as const;
}

/** Returns the first failed judgement, or the one nearest to failure. */
function worst({ expected, actual: [values] }: CaseOutcome): Judgement {
  const judgements = expected.map((want, i) => judge(want, values[i]));
  const share = ({ nmse, tolerance }: Judgement) =>
    Number(nmse) / Math.max(tolerance, Number.MIN_VALUE) || Number(nmse);
  return (
    judgements.find(({ passed }) => !passed) ?? judgements.reduce((a, b) => (share(b) > share(a) ? b : a))
  );
}
