import type { BatchRow } from '../../forward/forward.ts';
import type { Model } from '../../model/model.ts';
import { measured, type Throughput } from '../../report/index.ts';
import type { Finding, Job } from '../job.ts';
import type { ModelName } from '../models.ts';

const LIMIT_MS = 180_000;
const N_BATCH = 64;
const CACHE_TYPE = 'f16';
const FIRST_TOKEN = 3;

export interface ThroughputSpec {
  readonly model: ModelName;
  /** Number of earlier positions. */
  readonly depth: number;
  readonly nPrefill: number;
  readonly nDecode: number;
  readonly repetitions: number;
}

/** Measures tokens per second of a prompt and of greedy decoding, after `depth` positions. */
export function throughputJob({ model: name, depth, nPrefill, nDecode, repetitions }: ThroughputSpec): Job {
  const base = { model: name, depth, cacheType: CACHE_TYPE };
  const runs = [
    { ...base, kind: 'prefill', nTokens: nPrefill, nBatch: N_BATCH },
    { ...base, kind: 'decode', nTokens: nDecode },
  ] as const;
  const found = (entries: readonly Throughput[]): Finding[] =>
    entries.map(entry => ({ part: 'speed.throughput', entry }));
  return {
    id: `throughput:${name},depth=${depth}`,
    part: 'speed.throughput',
    limitMs: LIMIT_MS,
    // A prompt token takes a fifth of the time of a decoded one.
    weight: 1 + (depth + (repetitions + 1) * (nPrefill + 5 * nDecode)) / 350,
    async run(bench) {
      const model = await bench.models.load(await bench.own(), name, {
        nCtx: depth + nPrefill + nDecode,
        nSlots: 1,
        nCtxShared: null,
        maxRows: N_BATCH,
        cacheType: CACHE_TYPE,
      });
      // The earlier positions are the same for all repetitions.
      if (depth > 0) await prefill(model, 0, depth);
      const entries: Throughput[] = [];
      for (const run of runs) {
        const work = run.kind === 'prefill' ? prefill : decode;
        const samples: number[] = [];
        for (let round = 0; round <= repetitions; round++) {
          const begin = performance.now();
          await work(model, depth, run.nTokens);
          const seconds = (performance.now() - begin) / 1000;
          // The first round warms up.
          if (round > 0) samples.push(run.nTokens / seconds);
        }
        entries.push({ ...run, ...measured(samples) });
      }
      return found(entries);
    },
    failed: failure => found(runs.map(run => ({ ...run, ...failure }))),
  };
}

/** Decodes tokens from a position on, in batches, and waits for the result of the last batch. */
async function prefill(model: Model, from: number, nTokens: number): Promise<void> {
  const end = from + nTokens;
  for (let at = from; at < end; at += model.maxRows) {
    const rows = Array.from({ length: Math.min(model.maxRows, end - at) }, (_, i): BatchRow => {
      const position = at + i;
      const token = FIRST_TOKEN + ((position * 7) % (model.nVocab - FIRST_TOKEN));
      return { token, position, slot: 0, output: position === end - 1 };
    });
    await model.forward(rows, 'argmax');
  }
}

/** Decodes greedily like the server: the next step is submitted while this one is read. */
async function decode(model: Model, from: number, nTokens: number): Promise<void> {
  const row = (token: number, position: number) => ({ token, position, slot: 0, output: true });
  let pending = model.forward([row(FIRST_TOKEN, from)], 'argmax');
  for (let position = from + 1; position < from + nTokens; position++) {
    const ahead = model.forwardAhead([{ position, slot: 0, from: 0 }], 'argmax', 1);
    const [{ ids }] = await pending;
    pending = ahead ?? model.forward([row(ids[0], position)], 'argmax');
  }
  await pending;
}
