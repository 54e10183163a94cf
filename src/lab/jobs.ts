import { FAULTS, KERNEL_CASES, TIMED_CASES } from '../conformance/allCases.ts';
import { assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { conformanceJob } from './conformance.ts';
import { controlJob } from './controlJob.ts';
import { goldenJob } from './goldens.ts';
import { invarianceJob } from './invariance.ts';
import type { Job } from './job.ts';
import { kernelInvarianceJobs } from './kernelInvariance.ts';
import { type LabSet, SETS } from './labOptions.ts';
import { MODELS } from './models.ts';
import { speculationJob } from './speculation.ts';
import { answersJob } from './speed/answers.ts';
import { kernelSpeedJob } from './speed/kernelSpeeds.ts';
import { loadJob } from './speed/loading.ts';
import { mappingJobs, type ProductSizes, widthsJob } from './speed/mappings.ts';
import { ownLimitJobs } from './speed/ownLimits.ts';
import { throughputJob } from './speed/throughput.ts';

/** Repetitions of a kernel case, which must all give the same bits, and of a timing. */
export const REPETITIONS: Readonly<Record<LabSet, number>> = { quick: 5, full: 10 };

/** Products of a model of a billion parameters, of which each mapping is timed. */
const PRODUCTS = {
  attention: { weight: 'Q4_0', n: 2048, k: 2048 },
  ffn: { weight: 'Q4_0', n: 8192, k: 2048 },
} as const satisfies Record<string, ProductSizes>;
/** Rows of a step and of verifications. */
const WIDTHS = [1, 2, 4, 8, 16];
const MAPPED_WIDTHS = [1, 4, 8];

/** Jobs of a set. Those that show soonest whether a GPU can be trusted come first. */
export function jobsOf(set: LabSet): Job[] {
  const repetitions = REPETITIONS[set];
  const controls = FAULTS.map(controlJob);
  switch (set) {
    case 'quick':
      return [
        ...controls,
        ...conformanceJobs(),
        ...kernelInvarianceJobs(set),
        invarianceJob({ model: MODELS.target, tuning: 'own', cacheType: 'f16', maxRows: 17 }),
        goldenJob(MODELS.target),
        goldenJob(MODELS.draft),
        ...ownLimitJobs(),
        ...TIMED_CASES.filter(({ isLong }) => !isLong).map(kernelSpeedJob),
        widthsJob(PRODUCTS.attention, WIDTHS),
        ...[0, 256].map(depth =>
          throughputJob({ model: MODELS.target, depth, nPrefill: 64, nDecode: 16, repetitions }),
        ),
        answersJob({ model: MODELS.target, nPredict: 24, repetitions }),
        speculationJob({
          ...{ model: MODELS.target, draft: MODELS.draft, nDraft: 3, nPredict: 24 },
          repetitions,
        }),
        loadJob(MODELS.target, repetitions),
      ];
    case 'full':
      return [
        ...controls,
        ...conformanceJobs(),
        ...kernelInvarianceJobs(set),
        ...(['own', 'software', 'subgroups', 'gpu'] as const).flatMap(tuning =>
          (['f16', 'f32'] as const).map(cacheType =>
            invarianceJob({ model: MODELS.target, tuning, cacheType, maxRows: 64 }),
          ),
        ),
        ...Object.values(MODELS).map(goldenJob),
        ...ownLimitJobs(),
        ...TIMED_CASES.map(kernelSpeedJob),
        ...Object.values(PRODUCTS).flatMap(sizes => [
          widthsJob(sizes, WIDTHS),
          ...mappingJobs(sizes, MAPPED_WIDTHS),
        ]),
        ...[MODELS.target, MODELS.exact].flatMap(model => [
          ...[0, 512, 2048].map(depth =>
            throughputJob({ model, depth, nPrefill: 512, nDecode: 64, repetitions }),
          ),
          answersJob({ model, nPredict: 64, repetitions }),
          ...[1, 3, 7, 15].map(nDraft =>
            speculationJob({ model, draft: MODELS.draft, nDraft, nPredict: 64, repetitions }),
          ),
        ]),
        ...Object.values(MODELS).map(model => loadJob(model, repetitions)),
      ];
    default:
      return assertNever(set);
  }
}

function conformanceJobs(): Job[] {
  return KERNEL_CASES.flatMap(kernelCase =>
    kernelCase.tunings.map(tuning => conformanceJob(kernelCase, tuning)),
  );
}

/**
 * Finds jobs by id, see `LabOptions.only`: those of `set`, or else of another set. Throws `not_found` for an id that names none.
 */
export function jobsNamed(ids: readonly string[], set: LabSet): Job[] {
  const all = [set, ...SETS.filter(other => other !== set)].flatMap(jobsOf);
  const chosen = new Map<string, Job>();
  for (const wanted of ids) {
    const found = all.filter(({ id }) => names(wanted, id));
    if (found.length === 0) {
      throw new ForetokenError(
        'not_found',
        `there is no case ${wanted}; the lab of another version may have it`,
      );
    }
    for (const job of found) if (!chosen.has(job.id)) chosen.set(job.id, job);
  }
  return [...chosen.values()];
}

function names(wanted: string, id: string): boolean {
  if (wanted.endsWith('*')) return id.startsWith(wanted.slice(0, -1));
  return id === wanted || id.startsWith(`${wanted}@`);
}
