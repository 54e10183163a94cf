import { EXCHANGE_ORIGIN } from '../protocol/exchange.ts';
import { type DraftCheck, measured, type Speculation } from '../report/index.ts';
import type { Composition } from '../worker/api.ts';
import type { Finding, Job } from './job.ts';
import type { ModelName } from './models.ts';
import { complete, serve } from './server.ts';

const LIMIT_MS = 180_000;
const PROMPTS = ['I believe the meaning of life is', 'One day, a little fox'];

export interface SpeculationSpec {
  readonly model: ModelName;
  readonly draft: ModelName;
  /** Tokens per draft. */
  readonly nDraft: number;
  readonly nPredict: number;
  readonly repetitions: number;
}

/** Checks whether drafts change an answer, and measures how many are accepted and what they gain. */
export function speculationJob(spec: SpeculationSpec): Job {
  const { model, draft, nDraft, nPredict, repetitions } = spec;
  return {
    id: `speculation:${model},draft=${draft},nDraft=${nDraft}`,
    part: 'speed.speculation',
    limitMs: LIMIT_MS,
    weight: 1 + ((repetitions + 1) * 2 * PROMPTS.length * nPredict) / 80,
    async run(bench) {
      const server = await serve(bench, model, draft);
      try {
        return await tryDrafts(server, spec);
      } finally {
        await server.close();
      }
    },
    failed: failure => [
      { part: 'drafts', entry: { model, draft, nDraft, ...failure } },
      { part: 'speed.speculation', entry: { model, draft, nDraft, ...failure } },
    ],
  };
}

async function tryDrafts(
  server: Composition,
  { model, draft, nDraft, nPredict, repetitions }: SpeculationSpec,
): Promise<Finding[]> {
  const pair = { model, draft, nDraft };
  const speedUps: number[] = [];
  let nTokens = 0;
  let nDrafted = 0;
  let nAccepted = 0;
  let firstDifference: number | null = null;
  const before = await draftCounters(server);
  // The first round warms up.
  for (let round = 0; round <= repetitions; round++) {
    let [plainMs, draftedMs] = [0, 0];
    for (const prompt of PROMPTS) {
      const question = { prompt, nPredict, temperature: 0 };
      // Alternate both, so that other load slows down both.
      const plain = await complete(server, { ...question, nDraft: 0 });
      const drafted = await complete(server, { ...question, nDraft });
      plainMs += plain.tokens.length / plain.perSecond;
      draftedMs += drafted.tokens.length / drafted.perSecond;
      nTokens += plain.tokens.length;
      nDrafted += drafted.nDrafted;
      nAccepted += drafted.nAccepted;
      firstDifference ??= differenceOf(plain.tokens, drafted.tokens);
    }
    if (round > 0) speedUps.push(plainMs / draftedMs);
  }
  const acceptancePerPosition = acceptanceOf(before, await draftCounters(server));
  const counted = { ...pair, nTokens, acceptancePerPosition };
  const check: DraftCheck =
    firstDifference === null
      ? { ...counted, status: 'success' }
      : {
          ...counted,
          status: 'wrong-result',
          firstDifference,
          message: `token ${firstDifference} is another one with a draft of ${nDraft}`,
        };
  const acceptance = nDrafted === 0 ? 0 : nAccepted / nDrafted;
  const speed: Speculation = { ...pair, ...measured(speedUps), acceptance };
  return [
    { part: 'drafts', entry: check },
    { part: 'speed.speculation', entry: speed },
  ];
}

interface DraftCounters {
  readonly nDrafts: number;
  readonly acceptedAt: readonly number[];
}

async function draftCounters({ fetch }: Composition): Promise<DraftCounters> {
  const text = await (await fetch(new Request(`${EXCHANGE_ORIGIN}/metrics`))).text();
  const [, nDrafts = '0'] = /^llamacpp:spec_decode_num_drafts_total (\d+)/m.exec(text) ?? [];
  const positions = text.matchAll(/per_pos_total\{position="\d+"\} (\d+)/g);
  return { nDrafts: Number(nDrafts), acceptedAt: Array.from(positions, ([, n]) => Number(n)) };
}

/** Acceptance by position. Near the end of a text drafts are shorter, so the share is a little too low. */
function acceptanceOf(before: DraftCounters, after: DraftCounters): number[] {
  const nDrafts = after.nDrafts - before.nDrafts;
  return after.acceptedAt
    .map((n, i) => n - (before.acceptedAt[i] ?? 0))
    .filter(n => n > 0)
    .map(n => n / nDrafts);
}

function differenceOf(a: readonly number[], b: readonly number[]): number | null {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return i;
  return null;
}
