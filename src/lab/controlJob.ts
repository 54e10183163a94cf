import { KERNEL_CASES } from '../conformance/allCases.ts';
import type { Fault } from '../conformance/cases.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Control } from '../report/index.ts';
import { assert } from '../util/assert.ts';
import { check, missingFor } from './conformance.ts';
import type { Finding, Job } from './job.ts';

const LIMIT_MS = 60_000;

/** Runs a kernel that was broken on purpose: one case must come out wrong, at the right place, and another one right. */
export function controlJob(spec: Fault): Job {
  const { id, kernel, fault } = spec;
  const found = (entry: Control): readonly Finding[] => [{ part: 'controls', entry }];
  return {
    id: `control:${id}`,
    part: 'controls',
    limitMs: LIMIT_MS,
    weight: 0.3,
    async run(bench) {
      const gpu = await bench.own({ change: spec.change });
      const missing = missingFor(spec.tuning, gpu) ?? harmless(spec, gpu);
      if (missing) return found({ id, kernel, fault, ...missing });
      const caught = await outcome(gpu, spec, spec.caught.id);
      const spared = await outcome(gpu, spec, spec.spared);
      return found({ id, kernel, fault, ...verdict(spec, caught, spared) });
    },
    failed: failure => found({ id, kernel, fault, ...failure }),
  };
}

type Outcome = Awaited<ReturnType<typeof check>>;

function outcome(gpu: Gpu, { tuning }: Fault, caseId: string): Promise<Outcome> {
  const kernelCase = KERNEL_CASES.find(({ id }) => id === caseId);
  assert(kernelCase !== undefined, () => `no kernel case ${caseId}`);
  return check(gpu, kernelCase, tuning, 1);
}

function verdict(
  { caught: { id, from = 0, to = Number.POSITIVE_INFINITY }, spared: sparedId, isRace = false }: Fault,
  caught: Outcome,
  spared: Outcome,
) {
  const notFound = (message: string) => ({ status: 'wrong-result', message }) as const;
  if (caught.status === 'success' && isRace) {
    const message = `${id} passed: the fault is a race, and this GPU wins it`;
    return { status: 'unsupported', message } as const;
  }
  if (caught.status === 'success') return notFound(`${id} passed: this run would not find such a fault`);
  if (spared.status !== 'success') return notFound(`${sparedId} failed too: ${spared.message}`);
  const { firstBad } = caught;
  if (!firstBad) return notFound(`${id} failed, but no value is to blame: ${caught.message}`);
  const { index, expected, actual } = firstBad;
  const where = `${id}: value ${index} is ${actual} instead of ${expected}`;
  if (index < from || index >= to) return notFound(`found at another place than where it is: ${where}`);
  return { status: 'success', message: where } as const;
}

/** Reason why the fault has no effect on this adapter, or null. */
function harmless({ harmlessAt }: Fault, { device }: Gpu) {
  const { subgroupMinSize } = device.adapterInfo;
  if (harmlessAt === undefined || subgroupMinSize < harmlessAt) return null;
  const message = `subgroups have ${subgroupMinSize} invocations at least here, so nothing is wrong with that`;
  return { status: 'unsupported', message } as const;
}
