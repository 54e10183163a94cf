import type { Gpu } from '../gpu/device.ts';
import {
  type BindingData,
  executeKernel,
  type KernelCase,
  type KernelRun,
  readCaseId,
} from '../harness/kernelCase.ts';
import { TUNINGS, type TuningName } from '../harness/tunings.ts';
import type { ConformanceCase, Failure } from '../report/index.ts';
import { digestOf, digestOfText } from './digest.ts';
import type { Finding, Job } from './job.ts';
import { type Judgement, judge } from './judge.ts';

// Software adapters compile for a minute.
const LIMIT_MS = 120_000;

/** The kernels that a tuning changes; the others are what they are under any. */
const TUNED = ['mul_mat', 'mul_mat_id', 'attention', 'rms_norm', 'latent_store', 'argmax', 'top_k'];
/** Seconds that a case takes, where it is more than a moment: these compile the longest. */
const SECONDS: Readonly<Record<string, number>> = { attention: 0.45, mul_mat_id: 0.2, mul_mat: 0.14 };
/** Those that share loads in subgroups. */
const SHARING = ['mul_mat', 'mul_mat_id'];

/** What a kernel case is called in a report. */
type Identity = Pick<ConformanceCase, 'id' | 'kernel' | 'weightType' | 'variant' | 'tuning' | 'parameters'>;

/** The tunings under which a kernel is another one; `any` for one that none changes. */
export function tuningsOf(kernel: string): readonly (TuningName | 'any')[] {
  if (!TUNED.includes(kernel)) return ['any'];
  return SHARING.includes(kernel) ? ['software', 'gpu', 'subgroups'] : ['software', 'gpu'];
}

export function identityOf(id: string, tuning: TuningName | 'any'): Identity {
  const { kernel, parameters } = readCaseId(id);
  const { weight } = parameters;
  return {
    id,
    kernel,
    ...(typeof weight === 'string' && { weightType: weight }),
    variant: tuning === 'subgroups' ? 'subgroups' : 'base',
    tuning,
    parameters: { ...parameters },
  };
}

/** A case of a kernel under a tuning against its CPU twin, several times over. */
export function conformanceJob(kernelCase: KernelCase, tuning: TuningName | 'any'): Job {
  const identity = identityOf(kernelCase.id, tuning);
  const found = (entry: ConformanceCase): readonly Finding[] => [{ part: 'conformance', entry }];
  return {
    id: `${kernelCase.id}@${tuning}`,
    part: 'conformance',
    limitMs: LIMIT_MS,
    weight: SECONDS[identity.kernel] ?? 0.05,
    async run(bench) {
      const gpu = await bench.gpu();
      const missing = missingFor(tuning, gpu);
      if (missing) return found({ ...identity, ...missing });
      const run = kernelCase.make(TUNINGS[tuning === 'any' ? 'gpu' : tuning]);
      return found({ ...identity, ...(await check(gpu, run, bench.repetitions)) });
    },
    failed: failure => found({ ...identity, ...failure }),
  };
}

/** Why a tuning cannot be had here, or null. */
export function missingFor(tuning: TuningName | 'any', gpu: Gpu): Failure | null {
  if (tuning !== 'subgroups' || gpu.device.features.has('subgroups')) return null;
  return { status: 'unsupported', message: 'this adapter has no subgroups' };
}

/** Runs a kernel several times and judges what came of it. */
export async function check(gpu: Gpu, run: KernelRun, repetitions: number) {
  const begin = performance.now();
  const [values, ...others] = await executeKernel(gpu, run, repetitions);
  const ms = performance.now() - begin;
  const digest = await digestOf(values);
  const digests = await Promise.all(others.map(digestOf));
  const deterministic = digests.every(other => other === digest);
  const { passed, message, firstBad, ...errors } = worst(run, values);
  const { code } = await gpu.pipelines.get(run.spec);
  const figures = { ...errors, digest, deterministic, repetitions, ms, shader: await digestOfText(code) };
  if (passed && deterministic) return { status: 'success', ...figures } as const;
  const why = passed ? `equal runs gave other bits, of ${repetitions}` : message;
  return { status: 'wrong-result', ...figures, message: why, ...(firstBad && { firstBad }) } as const;
}

/** The binding that is wrong, or nearest to it. */
function worst({ expected }: KernelRun, values: readonly BindingData[]): Judgement {
  const judgements = expected.map((want, i) => judge(want, values[i]));
  const share = ({ nmse, tolerance }: Judgement) =>
    Number(nmse) / Math.max(tolerance, Number.MIN_VALUE) || Number(nmse);
  return (
    judgements.find(({ passed }) => !passed) ?? judgements.reduce((a, b) => (share(b) > share(a) ? b : a))
  );
}
