import { checkInvariance } from '../conformance/batchInvariance.ts';
import { type TuningName, tuningOn } from '../conformance/tunings.ts';
import { tuningFor } from '../gpu/tuning.ts';
import type { Invariance } from '../report/index.ts';
import { missingFor } from './conformance.ts';
import type { Finding, Job } from './job.ts';
import type { ModelName } from './models.ts';

const LIMIT_MS = 120_000;
/** Tokens of two stories, for slot 0 and slot 1. */
const TOKENS = [1, 267, 302, 526, 273, 579, 942];
const OTHERS = [1, 304, 855, 937];

export interface InvarianceSpec {
  readonly model: ModelName;
  readonly tuning: TuningName | 'own';
  readonly cacheType: 'f16' | 'f32';
  /** Width of the widest batch. */
  readonly maxRows: number;
}

/** Compares the logits of a model's rows alone and in batches of every width, bit by bit. */
export function invarianceJob({ model: subject, tuning, cacheType, maxRows }: InvarianceSpec): Job {
  const id = `batches of up to ${maxRows}, tuning=${tuning}, cache=${cacheType}`;
  const found = (entry: Invariance): readonly Finding[] => [{ part: 'invariance', entry }];
  return {
    id: `invariance:${subject},tuning=${tuning},cache=${cacheType}`,
    part: 'invariance',
    limitMs: LIMIT_MS,
    // Tries every width up to the widest, each with that many rows.
    weight: 2.5 * (maxRows / 17) ** 2,
    async run(bench) {
      const gpu = await bench.own();
      const missing = tuning === 'own' ? null : missingFor(tuning, gpu);
      if (missing) return found({ id, subject, ...missing });
      const model = await bench.models.load(gpu, subject, {
        nCtx: 128,
        nSlots: 2,
        nCtxShared: null,
        maxRows,
        cacheType,
        tuning: tuning === 'own' ? tuningFor(gpu.report) : tuningOn(tuning, gpu.report),
      });
      const { nCompared, deviations } = await checkInvariance(model, TOKENS, OTHERS);
      const [first] = deviations;
      if (!first) return found({ id, subject, status: 'success', nCompared });
      const message = `${first.nLogits} logits at position ${first.position} have other bits in a batch of ${first.batch} than alone`;
      const nDifferent = deviations.length;
      return found({ id, subject, status: 'wrong-result', message, nCompared, nDifferent });
    },
    failed: failure => found({ id, subject, ...failure }),
  };
}
