import type { BatchRow } from '../forward/forward.ts';
import type { Model } from '../model/model.ts';
import type { Golden } from '../report/index.ts';
import { createTokenizer, vocabularyFrom } from '../tokenizer/index.ts';
import { ForetokenError } from '../util/errors.ts';
import type { Finding, Job } from './job.ts';
import type { ModelName } from './models.ts';

const LIMIT_MS = 120_000;
const MAX_ROWS = 32;
/** Difference of log-probabilities below which the order of a sum may swap two candidates. */
const NEAR_TIE = 2e-3;

/** Greedy answers of llama.cpp's llama-server on a CPU. */
interface GoldenFile {
  readonly greedy: readonly GoldenText[];
}
export interface GoldenText {
  readonly prompt: string;
  readonly tokens: readonly number[];
  /** Likeliest candidates `[id, logprob]` of each token. */
  readonly top: readonly (readonly (readonly [number, number])[])[];
}

/** Addresses of the goldens, by model. */
const ADDRESSES = import.meta.glob<string>('/e2e/golden/foretoken-*.json', {
  query: '?url',
  import: 'default',
  eager: true,
});

/** Compares the greedy tokens of a model with known ones, each after the known ones before it. */
export function goldenJob(name: ModelName): Job {
  return {
    id: `golden:${name}`,
    part: 'goldens',
    limitMs: LIMIT_MS,
    weight: 2,
    async run(bench) {
      // Comes first: a site without the model has no goldens of it either.
      const { gguf } = await bench.models.get(name);
      const { greedy } = await fetchGolden(name, bench.base);
      const model = await bench.models.load(await bench.own(), name, {
        nCtx: 128,
        nSlots: 1,
        nCtxShared: null,
        maxRows: MAX_ROWS,
        cacheType: 'f32',
      });
      const tokenizer = createTokenizer(vocabularyFrom(gguf.metadata));
      const findings: Finding[] = [];
      for (const text of greedy) {
        const prompt = tokenizer.encode(text.prompt, { addSpecial: true, parseSpecial: true });
        const chosen = await chooseAfter(model, prompt, text.tokens);
        findings.push({ part: 'goldens', entry: judgeGolden(name, text, chosen) });
      }
      return findings;
    },
    failed: failure => [{ part: 'goldens', entry: { model: name, golden: 'all', ...failure } }],
  };
}

async function fetchGolden(name: ModelName, base: URL): Promise<GoldenFile> {
  const address = ADDRESSES[`/e2e/golden/${name}.json`];
  const response = await fetch(new URL(address, base));
  if (response.ok) return response.json();
  throw new ForetokenError(
    'fetch_failed',
    `${response.url} answered ${response.status}; deploy the whole build`,
  );
}

/** Finds the model's likeliest token at the position of each of `known`, which follow `prompt`. */
async function chooseAfter(
  model: Model,
  prompt: readonly number[],
  known: readonly number[],
): Promise<number[]> {
  const tokens = [...prompt, ...known.slice(0, -1)];
  const chosen: number[] = [];
  for (let at = 0; at < tokens.length; at += model.maxRows) {
    const rows = tokens.slice(at, at + model.maxRows).map((token, i): BatchRow => {
      const position = at + i;
      return { token, position, slot: 0, output: position >= prompt.length - 1 };
    });
    for (const { ids } of await model.forward(rows, 'argmax')) chosen.push(ids[0]);
  }
  return chosen;
}

/** Ignores tokens that differ where two were nearly equally likely; fails at the first other difference. */
export function judgeGolden(
  model: string,
  { prompt, tokens, top }: GoldenText,
  chosen: readonly number[],
): Golden {
  const agrees = (index: number) => chosen[index] === tokens[index];
  const isTie = (index: number) => {
    const [first, second] = top[index] ?? [];
    return first && second ? first[1] - second[1] < NEAR_TIE : false;
  };
  const shared = {
    model,
    golden: prompt,
    nTokens: tokens.length,
    nAgreeing: tokens.filter((_, index) => agrees(index)).length,
  };
  const index = tokens.findIndex((_, i) => !(agrees(i) || isTie(i)));
  if (index === -1) return { ...shared, status: 'success' };
  const firstDisagreement = { index, expected: tokens[index], actual: chosen[index] };
  const message = `token ${index} is ${chosen[index]} instead of ${tokens[index]}, and it was no near tie`;
  return { ...shared, status: 'wrong-result', message, firstDisagreement };
}
