import { measured, type Throughput } from '../../report/index.ts';
import type { Bench } from '../bench.ts';
import type { Finding, Job } from '../job.ts';
import type { ModelName } from '../models.ts';
import { complete, serve } from '../server.ts';

const LIMIT_MS = 180_000;
const PROMPT = 'I believe the meaning of life is';
/** Greedy, and the default of servers, which most users have. */
const TEMPERATURES = [0, 0.8];

export interface AnswersSpec {
  readonly model: ModelName;
  readonly nPredict: number;
  readonly repetitions: number;
}

/** Measures tokens per second of whole answers of a server, greedy and sampled, in turn. */
export function answersJob(spec: AnswersSpec): Job {
  const { model, nPredict, repetitions } = spec;
  const runs = TEMPERATURES.map(temperature => {
    return { model, kind: 'decode', depth: 0, nTokens: nPredict, temperature } as const;
  });
  const found = (entries: readonly Throughput[]): Finding[] =>
    entries.map(entry => ({ part: 'speed.throughput', entry }));
  return {
    id: `answers:${model}`,
    part: 'speed.throughput',
    limitMs: LIMIT_MS,
    weight: 8.5 + ((repetitions + 1) * TEMPERATURES.length * nPredict) / 200,
    async run(bench) {
      const samples = await ratesOf(bench, spec);
      return found(runs.map((run, i) => ({ ...run, ...measured(samples[i]) })));
    },
    failed: failure => found(runs.map(run => ({ ...run, ...failure }))),
  };
}

/** Tokens per second of each repetition, by temperature. */
async function ratesOf(bench: Bench, { model, nPredict, repetitions }: AnswersSpec): Promise<number[][]> {
  const server = await serve(bench, model, null);
  const samples = TEMPERATURES.map((): number[] => []);
  try {
    for (let round = 0; round <= repetitions; round++) {
      for (const [i, temperature] of TEMPERATURES.entries()) {
        const { perSecond } = await complete(server, { prompt: PROMPT, nPredict, temperature });
        // The first round warms up.
        if (round > 0) samples[i].push(perSecond);
      }
    }
  } finally {
    await server.close();
  }
  return samples;
}
