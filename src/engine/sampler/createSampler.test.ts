import { describe, expect, it } from 'vitest';
import type { Candidates, OutputKind, TokenId } from '../../forward/forward.ts';
import { OUTPUT_KINDS, TOP_K_MAX } from '../../forward/forward.ts';
import { createSampler } from './createSampler.ts';
import { Mt19937 } from './mt19937.ts';
import { DEFAULT_SAMPLER_PARAMS, type SamplerParams } from './params.ts';
import { topCandidates } from './ranking.ts';

const N_VOCAB = 300;

function sampler(params: Partial<SamplerParams>) {
  return createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 42, ...params }, N_VOCAB);
}

/** Row with many ties, at the top too. */
function randomRow(rng: Mt19937): Candidates {
  const logits = Float32Array.from({ length: N_VOCAB }, () => Math.round(40 * rng.nextDouble() ** 4) / 4 - 3);
  return { ids: Int32Array.from(logits, (_, i) => i), logits };
}

/** Candidates that a forward pass would return for the row. */
function view({ ids, logits }: Candidates, kind: OutputKind): Candidates {
  if (kind === 'logits') return { ids, logits };
  return topCandidates(ids, logits, ids.length, kind === 'topK' ? TOP_K_MAX : 1);
}

/** Lowers the logits of the first `count` tokens: every second one slightly, the others to -Infinity. */
function bans(count: number) {
  return Array.from({ length: count }, (_, token) => ({
    token,
    bias: token % 2 ? -0.5 : Number.NEGATIVE_INFINITY,
  }));
}

const cases: [string, Partial<SamplerParams>, OutputKind][] = [
  ['the defaults', {}, 'topK'],
  ['temperature 0', { temperature: 0 }, 'argmax'],
  ['temperature 0 without any truncation', { temperature: 0, topK: 0, topP: 1, minP: 0 }, 'argmax'],
  ['temperature 0 after a top_n_sigma', { temperature: 0, topNSigma: 1 }, 'argmax'],
  ['temperature 0 with a range', { temperature: 0, dynatempRange: 0.5 }, 'topK'],
  ['top_k 1', { topK: 1 }, 'argmax'],
  ['top_k 1 after top_p', { topK: 1, samplers: ['top_p', 'top_k', 'temperature'] }, 'argmax'],
  ['top_k 1 after a temperature', { topK: 1, samplers: ['temperature', 'top_k'] }, 'logits'],
  ['temperature 0 with a bias', { temperature: 0, logitBias: [{ token: 3, bias: 9 }] }, 'logits'],
  [
    'temperature 0 with a ban',
    { temperature: 0, logitBias: [{ token: 3, bias: Number.NEGATIVE_INFINITY }] },
    'topK',
  ],
  ['bans before top_k', { logitBias: bans(24) }, 'topK'],
  ['more bans than the candidates have room for', { logitBias: bans(25) }, 'logits'],
  ['temperature 0 with many bans', { temperature: 0, logitBias: bans(64) }, 'logits'],
  ['temperature 0 with penalties', { temperature: 0, repeatPenalty: 1.3 }, 'logits'],
  ['temperature 0 with DRY', { temperature: 0, dryMultiplier: 1 }, 'logits'],
  ['temperature 0 with typ_p after top_k', { temperature: 0, typicalP: 0.5 }, 'topK'],
  ['temperature 0 with xtc after top_k', { temperature: 0, xtcProbability: 1 }, 'topK'],
  [
    'temperature 0 with typ_p first',
    { temperature: 0, typicalP: 0.5, samplers: ['typ_p', 'temperature'] },
    'logits',
  ],
  ['top_k 64', { topK: 64 }, 'topK'],
  ['top_k 65', { topK: 65 }, 'logits'],
  ['top_k 0', { topK: 0 }, 'logits'],
  ['top_k after an active top_n_sigma', { topNSigma: 2 }, 'logits'],
  ['top_k after an active min_p', { samplers: ['min_p', 'top_k', 'temperature'] }, 'logits'],
  ['dynatemp', { dynatempRange: 0.4, dynatempExponent: 1.3 }, 'topK'],
  ['xtc and typ_p after top_k', { xtcProbability: 0.7, xtcThreshold: 0.05, typicalP: 0.8 }, 'topK'],
  ['penalties after top_k', { repeatPenalty: 1.3, samplers: ['top_k', 'penalties', 'temperature'] }, 'topK'],
  ['no samplers', { samplers: [] }, 'logits'],
  ['mirostat 1', { mirostat: 1 }, 'logits'],
  ['mirostat 2 at temperature 0', { mirostat: 2, temperature: 0 }, 'logits'],
];

describe('createSampler', () => {
  it.each(cases)('needs the smallest sufficient output kind with %s', (_, params, needs) => {
    expect(sampler(params).needs).toBe(needs);
  });

  it.each(cases)('chooses the same token from every sufficient output kind with %s', (_, params, needs) => {
    const kinds = OUTPUT_KINDS.slice(OUTPUT_KINDS.indexOf(needs));
    for (let seed = 0; seed < 25; seed++) {
      const chains = kinds.map(() => sampler({ ...params, seed }));
      const rng = new Mt19937(1000 + seed);
      for (let step = 0; step < 20; step++) {
        const row = randomRow(rng);
        const [token, ...others] = chains.map((chain, i) => chain.sample(view(row, kinds[i])));
        expect(others).toEqual(others.map(() => token));
        expect(new Set(chains.map(chain => JSON.stringify(chain.survivors()))).size).toBe(1);
        for (const chain of chains) chain.accept(token);
      }
    }
  });

  it('draws once per token, even from a single candidate', () => {
    const row = randomRow(new Mt19937(1));
    const other = randomRow(new Mt19937(2));
    const plain = sampler({ samplers: [] });
    const banned: Candidates = { ids: row.ids.slice(0, 1), logits: row.logits.slice(0, 1) };
    const narrow = sampler({ samplers: [] });
    plain.sample(row);
    narrow.sample(banned);
    expect(narrow.sample(other)).toBe(plain.sample(other));
  });

  it('draws in list order: the first candidate whose cumulative weight reaches the draw', () => {
    // The first draws of seed 42 are 0.797, 0.183 and 0.780.
    const uniform: Candidates = { ids: Int32Array.from([0, 1, 2, 3, 4]), logits: new Float32Array(5) };
    const chain = sampler({ samplers: [] });
    expect([chain.sample(uniform), chain.sample(uniform), chain.sample(uniform)]).toEqual([3, 0, 3]);
  });

  it('withstands logits whose exponential overflows', () => {
    const row: Candidates = { ids: Int32Array.from([0, 1]), logits: Float32Array.from([200, 100]) };
    const chain = sampler({ samplers: [] });
    expect([chain.sample(row), chain.sample(row)]).toEqual([0, 0]);
    expect(chain.survivors()[0].p).toBe(1);
  });

  it.each<[string, Partial<SamplerParams>]>([
    ['no samplers', { samplers: [] }],
    ['the defaults', {}],
    ['mirostat 1', { mirostat: 1 }],
    ['mirostat 2', { mirostat: 2 }],
    ['a low temperature, which makes both biases infinite', { temperature: 0.01, topK: 0 }],
  ])('shares the draw among infinite biases with %s', (_, params) => {
    const logitBias = [7, 3].map(token => ({ token, bias: params.temperature ? 3e38 : 1e39 }));
    const chain = sampler({ ...params, logitBias });
    expect([3, 7]).toContain(chain.sample(randomRow(new Mt19937(6))));
    expect(chain.survivors().every(({ token }) => token === 3 || token === 7)).toBe(true);
  });

  it.each([0, 1])('still draws at temperature %d when every token is banned', temperature => {
    const logitBias = Array.from({ length: N_VOCAB }, (_, token) => ({ token, bias: -Infinity }));
    const chain = sampler({ samplers: ['temperature'], temperature, logitBias });
    const token = chain.sample(randomRow(new Mt19937(7)));
    expect(chain.survivors().map(survivor => survivor.token)).toContain(token);
    expect(chain.survivors().reduce((sum, { p }) => sum + p, 0)).toBeCloseTo(1, 5);
  });

  it('finds the best again after penalties have reordered a sorted list', () => {
    const row: Candidates = { ids: Int32Array.from([0, 1]), logits: Float32Array.from([8, 7]) };
    const chain = sampler({
      samplers: ['top_k', 'penalties', 'temperature'],
      repeatPenalty: 2,
      temperature: 0,
    });
    chain.accept(0);
    expect(chain.sample(row)).toBe(1);
  });

  it('leaves the candidates alone', () => {
    const row = randomRow(new Mt19937(3));
    const before = { ids: [...row.ids], logits: [...row.logits] };
    sampler({ logitBias: [{ token: 1, bias: 3 }], repeatPenalty: 2 }).sample(row);
    expect({ ids: [...row.ids], logits: [...row.logits] }).toEqual(before);
  });

  it('applies the samplers in the order given', () => {
    const row: Candidates = { ids: Int32Array.from([0, 1, 2]), logits: Float32Array.from([0, -1, -2]) };
    const survivors = (samplers: SamplerParams['samplers']): TokenId[] => {
      const chain = sampler({ samplers, temperature: 10, minP: 0.5 });
      chain.sample(row);
      return chain.survivors().map(({ token }) => token);
    };
    expect(survivors(['min_p', 'temperature'])).toEqual([0]);
    expect(survivors(['temperature', 'min_p'])).toEqual([0, 1, 2]);
  });

  it('applies a sampler that is listed twice twice, with a history for each', () => {
    const row: Candidates = { ids: Int32Array.from([0, 1]), logits: Float32Array.from([8, 3]) };
    const chain = sampler({
      samplers: ['penalties', 'penalties', 'temperature'],
      repeatPenalty: 2,
      temperature: 0,
    });
    chain.accept(0);
    expect(chain.sample(row)).toBe(1);
  });

  it('ignores the samplers with mirostat, except for the temperature', () => {
    const params = { mirostat: 2, topK: 1, mirostatTau: 20 } as const;
    const row: Candidates = { ids: Int32Array.from([0, 1, 2]), logits: Float32Array.from([0, 0.1, 0]) };
    const chain = sampler({ ...params, temperature: 2 });
    chain.sample(row);
    expect(chain.survivors()).toHaveLength(3);
    const greedy = sampler({ ...params, temperature: 0 });
    expect(greedy.sample(row)).toBe(1);
  });

  it('returns survivors that sum to one by descending probability, without impossible ones', () => {
    const chain = sampler({
      samplers: ['temperature'],
      logitBias: [{ token: 5, bias: Number.NEGATIVE_INFINITY }],
    });
    chain.sample(randomRow(new Mt19937(4)));
    const survivors = chain.survivors();
    expect(survivors).toHaveLength(N_VOCAB - 1);
    expect(survivors.reduce((sum, { p }) => sum + p, 0)).toBeCloseTo(1, 5);
    expect(survivors.every(({ p }, i) => i === 0 || p <= survivors[i - 1].p)).toBe(true);
  });

  it('gives a greedy choice probability 1', () => {
    const chain = sampler({ temperature: 0 });
    const token = chain.sample(randomRow(new Mt19937(5)));
    expect(chain.survivors()).toEqual([{ token, p: 1 }]);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a repeat penalty of %d', repeatPenalty => {
    expect(() => sampler({ repeatPenalty, samplers: [] })).toThrowError(
      expect.objectContaining({
        code: 'invalid_request',
        message: 'Failed to initialize samplers: penalty_repeat must be finite and greater than 0',
      }),
    );
  });
});
