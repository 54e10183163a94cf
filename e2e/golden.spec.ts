import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { CompletionProbability } from '../src/protocol/completion.ts';
import { fileInPage, NO_STORIES260K, STORIES260K } from './fixtures/models.ts';
import { PageServer } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

/**
 * Answers of llama.cpp's llama-server on a CPU, with the weights dequantized to F32 and an F32 KV cache. So only the order of
 * floating-point sums differs from ours.
 */
interface Golden {
  readonly model: string;
  readonly tokenize: readonly { readonly content: string; readonly tokens: readonly number[] }[];
  readonly greedy: readonly {
    readonly prompt: string;
    readonly content: string;
    readonly tokens: readonly number[];
    readonly stop_type: string;
    readonly tokens_evaluated: number;
    /** The five likeliest `[id, logprob]` for each token. */
    readonly top: readonly (readonly (readonly [number, number])[])[];
  }[];
  readonly sampled: readonly {
    readonly prompt: string;
    readonly params: Readonly<Record<string, unknown>>;
    readonly content: string;
    readonly tokens: readonly number[];
  }[];
}

const STORIES260K_FILE = 'stories260K.gguf';
const FOLDER = new URL('golden/', import.meta.url);
/** Largest difference of a log-probability; two candidates closer than this may swap. */
const TOLERANCE = 2e-3;
const N_GREEDY = 64;
const N_SAMPLED = 48;
/** Fewest tokens to compare before the first near tie; fewer would prove little. */
const MIN_COMPARED = 8;

const goldens = readdirSync(FOLDER)
  .filter(file => file.endsWith('.json'))
  .map(file => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Golden);

for (const golden of goldens) {
  test.describe(`golden of ${basename(golden.model, '.gguf')}`, () => {
    // Quantized weights bring more candidates close together, so only full precision must match every token.
    const isBundled = golden.model !== STORIES260K_FILE;
    // stories260K is F32.
    const isExact = golden.model.includes('f16') || !isBundled;
    let server: PageServer;

    test.skip(!isBundled && STORIES260K === undefined, NO_STORIES260K);
    test.beforeAll(async ({ openHarness: { page } }) => {
      server = await PageServer.start(page, {
        model: isBundled ? `models/${golden.model}` : await fileInPage(page, STORIES260K ?? ''),
        nCtx: 512,
        cacheType: 'f32',
        cachePrompt: false,
      });
    });
    test.afterAll(() => server?.close());

    test('text is split into the same tokens', async ({ harness: _ }) => {
      for (const { content, tokens } of golden.tokenize) {
        const { body } = await server.post('/tokenize', { content, add_special: true, parse_special: true });
        expect(body, JSON.stringify(content)).toEqual({ tokens });
      }
    });

    for (const expected of golden.greedy) {
      test(`the greedy continuation of ${JSON.stringify(expected.prompt)} is the same`, async ({
        harness: _,
      }) => {
        const answer = await server.completion({
          prompt: expected.prompt,
          n_predict: N_GREEDY,
          temperature: 0,
          top_k: 1,
          return_tokens: true,
        });
        expect(answer.tokens_evaluated).toBe(expected.tokens_evaluated);
        const same = isExact ? expected.tokens.length : untilTie(expected.top);
        expect(same).toBeGreaterThanOrEqual(MIN_COMPARED);
        expect(answer.tokens.slice(0, same)).toEqual(expected.tokens.slice(0, same));
        if (same < expected.tokens.length) return;
        expect(answer.content).toBe(expected.content);
        expect(answer.stop_type).toBe(expected.stop_type);
      });

      test(`the continuation of ${JSON.stringify(expected.prompt)} has the same probabilities`, async ({
        harness: _,
      }) => {
        const { completion_probabilities: positions = [] } = await server.completion({
          prompt: expected.prompt,
          n_predict: N_GREEDY,
          temperature: 0,
          top_k: 1,
          n_probs: 5,
        });
        const same = untilTie(expected.top);
        expect(same).toBeGreaterThanOrEqual(MIN_COMPARED);
        const difference = positions
          .slice(0, same)
          .map((position, i) => largestDifference(position, expected.top[i] ?? []));
        expect(difference).toHaveLength(same);
        expect(Math.max(...difference)).toBeLessThan(TOLERANCE);
      });
    }

    test('the same seed samples the same tokens', async ({ harness: _ }) => {
      const different: string[] = [];
      for (const { prompt, params, tokens } of golden.sampled) {
        const answer = await server.completion({
          prompt,
          ...params,
          n_predict: N_SAMPLED,
          return_tokens: true,
        });
        if (answer.tokens.join() !== tokens.join())
          different.push(`${prompt} ${JSON.stringify(params)}: ${answer.content}`);
      }
      const nSame = golden.sampled.length - different.length;
      test
        .info()
        .annotations.push({ type: 'seed-exact', description: `${nSame} of ${golden.sampled.length}` });
      if (isExact) expect(different).toEqual([]);
      else expect(nSame).toBeGreaterThan(golden.sampled.length / 2);
    });
  });
}

/** Number of tokens before the first position at which the two likeliest are too close to distinguish. */
function untilTie(top: Golden['greedy'][number]['top']): number {
  const tie = top.findIndex(([first, second]) => first && second && first[1] - second[1] < TOLERANCE);
  return tie === -1 ? top.length : tie;
}

/** Largest difference of the log-probabilities, rank by rank: nearly tied tokens may swap ranks. */
function largestDifference(
  ours: CompletionProbability,
  theirs: readonly (readonly [number, number])[],
): number {
  if (!('top_logprobs' in ours)) throw new Error('log-probabilities were asked for');
  const differences = theirs.map(([, logprob], rank) =>
    Math.abs((ours.top_logprobs[rank]?.logprob ?? Number.NEGATIVE_INFINITY) - logprob),
  );
  return Math.max(...differences);
}
