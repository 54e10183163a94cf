import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURE_NAMES, readModelSpec } from '../architectures/index.ts';
import { openSource, readGguf } from '../gguf/index.ts';
import type { Golden, GreedyGolden } from '../harness/zoo/golden.ts';
import { CpuTwin } from './forward.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** llama.cpp's own results differ by up to 1e-4 when it decodes a text in batches. */
const TOLERANCE = 2e-4;

/** Golden with llama.cpp's tokens of the prompt. */
interface Continuation extends GreedyGolden {
  readonly prompt_tokens: readonly number[];
}

interface ZooGolden extends Golden {
  readonly greedy?: readonly Continuation[];
}

async function openTwin(file: string, nCtx: number): Promise<CpuTwin> {
  const gguf = await readGguf(await openSource(new Uint8Array(readFileSync(file))));
  return CpuTwin.open(gguf, readModelSpec(gguf), nCtx);
}

/** Compares the twin with the first `nTokens` of a continuation: the likeliest token, and the log-probabilities of five. */
function expectContinuation(twin: CpuTwin, golden: Continuation, nTokens = golden.tokens.length): void {
  let position = 0;
  for (const token of golden.prompt_tokens.slice(0, -1)) twin.embed(token, position++);
  let last = golden.prompt_tokens.at(-1) ?? 0;
  for (let i = 0; i < nTokens; i++) {
    const logits = twin.forward(last, position++);
    const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    expect(
      golden.top[i].map(([id]) => [id, logits[id] - logSum]),
      `token ${i} of ${JSON.stringify(golden.prompt)}`,
    ).toEqual(golden.top[i].map(([id, logprob]) => [id, expect.toSatisfy(isNear(logprob), `${logprob}`)]));
    expect(logits.indexOf(Math.max(...logits)), `token ${i}`).toBe(golden.tokens[i]);
    last = golden.tokens[i];
  }
}

function isNear(expected: number): (actual: number) => boolean {
  return actual => Math.abs(actual - expected) < TOLERANCE;
}

describe('the CPU twin of a bundled model', () => {
  /** Tokens of the prompt, and number of tokens of its continuation to compare. */
  const prompt = 'I believe the meaning of life is';
  const promptTokens = [1, 309, 523, 264, 614, 412, 613, 353];

  it.each([
    { model: 'foretoken-stories-draft-q4_0', nTokens: 45 },
    { model: 'foretoken-stories-moe-f16', nTokens: 10 },
    { model: 'foretoken-stories-moe-q4_0', nTokens: 10 },
  ])(
    'chooses the $nTokens greedy tokens of llama.cpp, with its log-probabilities: $model',
    async ({ model, nTokens }) => {
      const golden: Golden = JSON.parse(readFileSync(join(ROOT, `e2e/golden/${model}.json`), 'utf8'));
      const continuation = golden.greedy?.find(({ prompt: of }) => of === prompt);
      if (!continuation) throw new Error(`no golden for ${prompt}`);
      const twin = await openTwin(join(ROOT, `public/models/${model}.gguf`), 64);
      expectContinuation(twin, { ...continuation, prompt_tokens: promptTokens }, nTokens);
    },
    30_000,
  );
});

/** Folder of tiny models of random weights, one or more of each architecture, if it exists. */
const ZOO = process.env.FORETOKEN_ZOO ?? resolve(ROOT, '../shared/zoo');
/**
 * Whether to compare all models and all prompts, which takes minutes; otherwise only the shortest prompt of a few that differ
 * most.
 */
const IS_WHOLE = process.env.FORETOKEN_ZOO_WHOLE !== undefined;
const FEW = [
  'apertus',
  'deepseek2',
  'gemma2',
  'gemma4',
  'granitehybrid',
  'lfm2',
  'llama-yarn-attn',
  'qwen2moe',
  'qwen35',
  'stablelm-parallel',
];

describe.skipIf(!existsSync(ZOO))('the CPU twin of a model of the zoo', () => {
  const goldens = (existsSync(ZOO) ? readdirSync(ZOO) : [])
    .filter(file => file.endsWith('.json') && file !== 'index.json')
    .map(file => ({ name: file.slice(0, -'.json'.length), file: join(ZOO, file) }))
    .filter(({ name }) => IS_WHOLE || FEW.includes(name))
    .map(({ name, file }) => ({ name, golden: JSON.parse(readFileSync(file, 'utf8')) as ZooGolden }))
    .filter(({ golden }) => golden.greedy && ARCHITECTURE_NAMES.includes(golden.arch));

  it.each(goldens)(
    'continues prompts like llama.cpp: $name',
    async ({ name, golden }) => {
      const prompts =
        golden.greedy?.toSorted((a, b) => a.prompt_tokens.length - b.prompt_tokens.length) ?? [];
      for (const continuation of IS_WHOLE ? prompts : prompts.slice(0, 1)) {
        expectContinuation(await openTwin(join(ZOO, `${name}.gguf`), golden.n_ctx), continuation);
      }
    },
    120_000,
  );
});
