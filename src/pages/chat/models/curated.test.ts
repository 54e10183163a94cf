import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHubModel } from '../../../hub/hubModel.ts';
import { LARGE_MODELS } from '../../../model/largeFile.ts';
import { BUNDLED, BUNDLED_DRAFT, BUNDLED_HEAD, CURATED, draftOf, suggestDraft } from './curated.ts';
import { roughNeed } from './fit.ts';

const ALL = [BUNDLED, BUNDLED_DRAFT, BUNDLED_HEAD, ...CURATED];

/** Rows of docs/models.md whose model holds: architecture and types of weights. */
const HOLDING = readFileSync(new URL('../../../../docs/models.md', import.meta.url), 'utf8')
  .split('\n')
  .filter(row => /\| holds, [^|]+\| holds, [^|]+\|$/.test(row))
  .map(row => row.split('|').map(cell => cell.trim()))
  .map(([, file = '', architecture = '']) => ({ file, architecture }));

describe('every model of the list', () => {
  it.each(ALL)(
    'has an architecture and a type that docs/models.md says hold: $name',
    ({ architecture, type }) => {
      expect(HOLDING.map(row => row.architecture)).toContain(architecture);
      expect(HOLDING.map(row => row.file)).toContain(`quant-${type.toLowerCase()}.gguf`);
    },
  );

  it.each(CURATED)('has the name of a repository with its type: $name', ({ address, type }) => {
    expect(parseHubModel(address)).toMatchObject({ type });
  });

  it('has a name of its own, and the list is in the order of their sizes', () => {
    expect(new Set(ALL.map(({ id }) => id)).size).toBe(ALL.length);
    expect(new Set(ALL.map(({ address }) => address)).size).toBe(ALL.length);
    expect(CURATED).toEqual(CURATED.toSorted((a, b) => a.sizeBytes - b.sizeBytes));
  });

  it.each(ALL.filter(({ draft }) => draft !== undefined))(
    'has a draft that is there and much smaller: $name',
    model => {
      const draft = draftOf(model);
      expect(draft?.nParams).toBeLessThan(model.nParams / 2);
      if (model !== BUNDLED) expect(draft?.draftsFor?.architectures).toContain(model.architecture);
    },
  );
});

describe('the need of a model by its size', () => {
  // Exact bytes on the GPU with a context of 4096 and a cache of f16, as the engine plans them for these shapes.
  it.each([
    ['llama-3.2-1b', 'llama 3.2 1B'],
    ['qwen3-4b-2507', 'qwen3 4B'],
    ['gemma-3-1b', 'gemma 3 1B'],
  ] as const)('counts the cache of %s by its layers and heads', (id, large) => {
    const model = CURATED.find(model => model.id === id) ?? BUNDLED;
    const { keys } = LARGE_MODELS[large];
    const width =
      'attention.key_length' in keys
        ? keys['attention.key_length']
        : keys.embedding_length / keys['attention.head_count'];
    expect(model.cacheValues).toBe(2 * keys.block_count * keys['attention.head_count_kv'] * width);
  });

  it('is that of file, cache and a batch', () => {
    const qwen = CURATED.find(({ id }) => id === 'qwen3-4b-2507') ?? BUNDLED;
    expect(roughNeed(qwen) / 3.2e9).toBeCloseTo(1, 1);
    expect(roughNeed(qwen, 8192) - roughNeed(qwen, 4096)).toBe(2 * 4096 * 73_728);
  });
});

describe('a draft is suggested by the header', () => {
  const header = (architecture: string, split: string | null, nTokens: number, nParams = 8e9) =>
    suggestDraft({ architecture, vocabulary: { kind: 'gpt2', split, nTokens }, nParams })?.id;

  it.each([
    ['qwen3', 'qwen2', 151_936, 'qwen3-0.6b'],
    ['qwen3moe', 'qwen2', 151_936, 'qwen3-0.6b'],
    ['qwen2', 'qwen2', 152_064, 'qwen2.5-coder-0.5b'],
    ['llama', 'llama-bpe', 128_256, 'llama-3.2-1b'],
    ['llama', 'smollm', 49_152, 'smollm2-135m'],
    ['gemma3', 'default', 262_208, 'gemma-3-270m'],
    ['llama', 'tekken', 131_072, undefined],
    ['qwen3', 'qwen2', 150_000, undefined],
    ['mistral3', 'tekken', 131_072, undefined],
  ])('of %s with %s and %i tokens: %s', (architecture, split, nTokens, id) => {
    expect(header(architecture, split, nTokens)).toBe(id);
  });

  it('but not for a model that is hardly larger than the draft', () => {
    expect(header('qwen3', 'qwen2', 151_936, 1.2e9)).toBeUndefined();
  });
});
