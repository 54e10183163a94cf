import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTransformer } from '../harness/loadTransformer.ts';
import { randomValues } from '../quant/randomValues.ts';
import { argmax } from './argmax.ts';
import { topK } from './topK.ts';
import {
  type LayerWeights,
  Transformer,
  type TransformerConfig,
  type TransformerWeights,
} from './transformer.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A prompt of the goldens, and its tokens. */
const PROMPT = 'I believe the meaning of life is';
const PROMPT_TOKENS = [1, 309, 523, 264, 614, 412, 613, 353];

/** The part of `e2e/golden/*.json` that is compared; `top` is [id, logprob] of the five likeliest. */
interface Golden {
  readonly greedy: readonly {
    readonly prompt: string;
    readonly tokens: readonly number[];
    readonly top: readonly (readonly (readonly [number, number])[])[];
  }[];
}

describe.each([
  { model: 'foretoken-stories-draft-q4_0', nTokens: 45 },
  { model: 'foretoken-stories-moe-f16', nTokens: 10 },
  { model: 'foretoken-stories-moe-q4_0', nTokens: 10 },
])('the transformer on $model', ({ model, nTokens }) => {
  it(`chooses the ${nTokens} greedy tokens of llama.cpp, with its log-probabilities`, async () => {
    const golden: Golden = JSON.parse(readFileSync(join(ROOT, `e2e/golden/${model}.json`), 'utf8'));
    const expected = golden.greedy.find(({ prompt }) => prompt === PROMPT);
    if (!expected) throw new Error(`no golden for ${PROMPT}`);
    const transformer = await loadTransformer(
      new Uint8Array(readFileSync(join(ROOT, `public/models/${model}.gguf`))),
      64,
    );

    let position = 0;
    const decode = (token: number) => transformer.forward(token, position++);
    let logits = PROMPT_TOKENS.map(decode).at(-1) ?? new Float32Array();
    for (let i = 0; i < nTokens; i++) {
      const { ids } = topK(logits, logits.length, 1);
      expect(ids[0], `token ${i}`).toBe(expected.tokens[i]);
      const logSum = logSumExp(logits);
      for (const [id, logprob] of expected.top[i]) {
        expect(Math.abs(logits[id] - logSum - logprob), `token ${i}, candidate ${id}`).toBeLessThan(1e-3);
      }
      logits = decode(expected.tokens[i]);
    }
  }, 30_000);
});

/** A model with random weights: what it says means nothing, but every dimension differs from every other. */
const CONFIG: TransformerConfig = {
  nVocab: 11,
  nEmbd: 12,
  nHead: 4,
  nKvHead: 2,
  headDim: 6,
  nFf: 10,
  rmsEps: 1e-5,
  nRot: 4,
  ropeLayout: 'neox',
  ropeFreqBase: 10000,
  ropeFreqScale: 1,
  nExpertUsed: 2,
};

describe('the transformer', () => {
  const tokens = [3, 7, 1, 7];
  const run = (transformer: Transformer) =>
    tokens.map((token, position) => transformer.forward(token, position));

  it('uses the embeddings as the output matrix where there is none', () => {
    const tied = randomWeights();
    const untied = { ...tied, output: tied.tokenEmbd };
    expect(run(new Transformer(CONFIG, tied, 4))).toEqual(run(new Transformer(CONFIG, untied, 4)));
    const other = { ...tied, output: randomValues(11 * 12, 99) };
    expect(run(new Transformer(CONFIG, tied, 4))).not.toEqual(run(new Transformer(CONFIG, other, 4)));
  });

  it('decodes a position again to the same logits, whatever came after it', () => {
    const transformer = new Transformer(CONFIG, randomWeights(), 8);
    const first = run(transformer);
    transformer.forward(9, 4);
    expect(transformer.forward(tokens[3], 3)).toEqual(first[3]);
  });

  it('tells the order of the tokens before', () => {
    const logitsAfter = (sequence: number[]) => {
      const transformer = new Transformer(CONFIG, randomWeights(), 8);
      return sequence.map((token, position) => transformer.forward(token, position)).at(-1);
    };
    expect(logitsAfter([3, 7, 1])).not.toEqual(logitsAfter([7, 3, 1]));
  });

  it('comes close to its f32 cache with one of f16', () => {
    const weights = randomWeights();
    const [exact, rounded] = (['f32', 'f16'] as const).map(type =>
      run(new Transformer(CONFIG, weights, 4, type)),
    );
    expect(rounded).not.toEqual(exact);
    exact.forEach((logits, position) => {
      expect(argmax(rounded[position], 11)).toEqual(argmax(logits, 11));
      logits.forEach((logit, id) => {
        expect(Math.abs(logit - rounded[position][id])).toBeLessThan(5e-3);
      });
    });
  });
});

function randomWeights(): TransformerWeights {
  const { nVocab, nEmbd, nHead, nKvHead, headDim, nFf } = CONFIG;
  const nExpert = 3;
  let seed = 0;
  const matrix = (length: number) => randomValues(length, ++seed, 0.5);
  const attention = () => ({
    attnNorm: matrix(nEmbd),
    attnQ: matrix(nHead * headDim * nEmbd),
    attnK: matrix(nKvHead * headDim * nEmbd),
    attnV: matrix(nKvHead * headDim * nEmbd),
    attnOutput: matrix(nEmbd * nHead * headDim),
    ffnNorm: matrix(nEmbd),
  });
  const dense: LayerWeights = {
    ...attention(),
    ffn: { kind: 'dense', gate: matrix(nFf * nEmbd), up: matrix(nFf * nEmbd), down: matrix(nFf * nEmbd) },
  };
  const moe: LayerWeights = {
    ...attention(),
    ffn: {
      kind: 'moe',
      gateInp: matrix(nExpert * nEmbd),
      gateExps: matrix(nExpert * nFf * nEmbd),
      upExps: matrix(nExpert * nFf * nEmbd),
      downExps: matrix(nExpert * nFf * nEmbd),
    },
  };
  return {
    tokenEmbd: matrix(nVocab * nEmbd),
    outputNorm: matrix(nEmbd),
    output: null,
    ropeFreqs: null,
    layers: [dense, moe],
  };
}

function logSumExp(logits: Float32Array): number {
  const largest = logits.reduce((max, logit) => Math.max(max, logit), Number.NEGATIVE_INFINITY);
  return largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}
