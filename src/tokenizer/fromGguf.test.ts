import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type GgufValue, openSource, readGguf } from '../gguf/index.ts';
import { PackedStrings } from '../util/packedStrings.ts';
import {
  createTokenizer,
  StreamDecoder,
  TOKEN_TYPE,
  type Tokenizer,
  type VocabularySpec,
  vocabularyFrom,
} from './index.ts';
import { DEFAULT_PRE_TOKENIZER } from './preTokenizers.ts';

interface Golden {
  readonly tokenize: readonly { readonly content: string; readonly tokens: number[] }[];
  readonly greedy: readonly { readonly content: string; readonly tokens: readonly number[] }[];
}

const ROOT = new URL('../../', import.meta.url);

async function tokenizerOf(path: string | URL): Promise<Tokenizer> {
  const { metadata } = await readGguf(await openSource(readFileSync(path)));
  return createTokenizer(vocabularyFrom(metadata));
}

describe.each(['foretoken-stories-draft-q4_0', 'foretoken-stories-moe-f16', 'foretoken-stories-moe-q4_0'])(
  '%s',
  async name => {
    const tokenizer = await tokenizerOf(new URL(`public/models/${name}.gguf`, ROOT));
    const golden: Golden = JSON.parse(readFileSync(new URL(`e2e/golden/${name}.json`, ROOT), 'utf8'));

    it.each(golden.tokenize)('encodes $content as llama.cpp does', ({ content, tokens }) => {
      expect(tokenizer.encode(content, { addSpecial: true, parseSpecial: true })).toEqual(tokens);
    });

    it.each(golden.greedy)('decodes $content as llama.cpp does', ({ content, tokens }) => {
      expect(tokenizer.decode(tokens, false)).toBe(content);
      const stream = new StreamDecoder(tokenizer);
      expect(tokens.map(token => stream.push(token)).join('')).toBe(content);
    });
  },
);

/** Path of karpathy/tinyllamas' stories260K as GGUF, which is not part of this repository. */
const STORIES_260K = process.env.FORETOKEN_STORIES260K;

/** Tokens from llama.cpp. */
const STORIES_260K_GOLDEN: readonly [content: string, tokens: readonly number[]][] = [
  ['', [1]],
  [' ', [1, 410, 410]],
  ['  two  spaces ', [1, 410, 410, 259, 424, 414, 410, 262, 427, 412, 331, 419, 410]],
  ['Hello', [1, 346, 306, 414]],
  [' Hello', [1, 410, 346, 306, 414]],
  ['Hello\nworld\n\n', [1, 346, 306, 414, 13, 424, 304, 341, 13, 13]],
  ['a\tb', [1, 261, 12, 430]],
  ['1234567890', [1, 410, 475, 479, 472, 484, 480, 490, 491, 487, 483, 477]],
  ['naïve café', [1, 297, 412, 198, 178, 360, 280, 412, 431, 485]],
  ['日本語', [1, 410, 233, 154, 168, 233, 159, 175, 235, 173, 161]],
  ['🙂👍🏽', [1, 410, 243, 162, 156, 133, 243, 162, 148, 144, 243, 162, 146, 192]],
  ['<s>x</s>', [1, 1, 410, 444, 2]],
  ['\u0000', [1, 410, 3]],
  [
    'The quick brown fox jumps over the lazy dog.',
    [
      1, 291, 410, 456, 425, 417, 340, 268, 420, 327, 416, 272, 414, 444, 410, 449, 425, 423, 427, 419, 334,
      330, 265, 278, 412, 451, 422, 400, 428, 426,
    ],
  ],
];

describe.skipIf(STORIES_260K === undefined)('stories260K (set FORETOKEN_STORIES260K to its path)', () => {
  it.each(STORIES_260K_GOLDEN)('encodes %j as llama.cpp does', async (content, tokens) => {
    const tokenizer = await tokenizerOf(STORIES_260K ?? '');
    expect(tokenizer.encode(content, { addSpecial: true, parseSpecial: true })).toEqual(tokens);
  });
});

function metadataOf(entries: Readonly<Record<string, GgufValue>>): Map<string, GgufValue> {
  return new Map(
    Object.entries({
      'tokenizer.ggml.model': 'llama',
      'tokenizer.ggml.tokens': PackedStrings.of(['<unk>', '<s>', '</s>', 'a']),
      ...entries,
    }),
  );
}

describe('vocabularyFrom', () => {
  it("falls back on llama.cpp's defaults", () => {
    expect(vocabularyFrom(metadataOf({}))).toEqual({
      method: { kind: 'spm', addSpacePrefix: true },
      tokens: PackedStrings.of(['<unk>', '<s>', '</s>', 'a']),
      scores: new Float32Array(4),
      types: new Int32Array(4).fill(TOKEN_TYPE.normal),
      bos: 1,
      eos: 2,
      unk: 0,
      fim: {},
      addBos: true,
      addEos: false,
      sep: -1,
      cleanSpaces: false,
      warnings: [],
    });
  });

  it('reads the values of the file', () => {
    const spec = vocabularyFrom(
      metadataOf({
        'tokenizer.ggml.scores': [0, 0, 0, -1.5],
        'tokenizer.ggml.token_type': [2, 3, 3, 1],
        'tokenizer.ggml.bos_token_id': 2,
        'tokenizer.ggml.eos_token_id': 1,
        'tokenizer.ggml.unknown_token_id': 3,
        'tokenizer.ggml.eot_token_id': 0,
        'tokenizer.ggml.eom_token_id': 3,
        'tokenizer.ggml.middle_token_id': 3,
        'tokenizer.ggml.add_bos_token': false,
        'tokenizer.ggml.add_eos_token': true,
        'tokenizer.ggml.add_space_prefix': false,
      }),
    );
    expect(spec).toMatchObject({
      scores: [0, 0, 0, -1.5],
      types: [2, 3, 3, 1],
      bos: 2,
      eos: 1,
      unk: 3,
      eot: 0,
      eom: 3,
    });
    expect(spec).toMatchObject({ fim: { middle: 3 }, addBos: false, addEos: true });
    expect(spec.method).toEqual({ kind: 'spm', addSpacePrefix: false });
  });

  it('ignores the id of a special token outside the vocabulary', () => {
    expect(vocabularyFrom(metadataOf({ 'tokenizer.ggml.bos_token_id': 4 })).bos).toBe(1);
    expect(vocabularyFrom(metadataOf({ 'tokenizer.ggml.eot_token_id': 99 })).eot).toBe(undefined);
    expect(vocabularyFrom(metadataOf({ 'tokenizer.ggml.tokens': PackedStrings.of(['a']) })).eos).toBe(-1);
  });

  it('makes the special tokens of Phi-3 swallow white space', () => {
    expect(vocabularyFrom(metadataOf({ 'general.name': 'Phi-3 Mini' })).rstrip).toEqual([2, 3]);
  });

  const bpe = (pre: string | null, entries: Readonly<Record<string, GgufValue>> = {}) =>
    vocabularyFrom(
      metadataOf({
        'tokenizer.ggml.model': 'gpt2',
        'tokenizer.ggml.tokens': PackedStrings.of(Array.from({ length: 12 }, (_, i) => `t${i}`)),
        'tokenizer.ggml.merges': PackedStrings.of(['a b']),
        ...(pre !== null && { 'tokenizer.ggml.pre': pre }),
        ...entries,
      }),
    );

  const byPre: [string, Partial<VocabularySpec>][] = [
    [
      'llama-bpe',
      { bos: 11, eos: 11, unk: -1, addBos: true, addEos: false, cleanSpaces: true, warnings: [] },
    ],
    ['qwen2', { bos: 11, addBos: false, cleanSpaces: false }],
    ['tekken', { bos: 11, addBos: true, cleanSpaces: false }],
    ['glm4', { bos: -1, eos: 11, addBos: false }],
    ['gpt-2', { bos: 11, addBos: false, cleanSpaces: true }],
  ];
  it.each(byPre)("knows llama.cpp's defaults for a %s vocabulary", (pre, expected) => {
    expect(bpe(pre)).toMatchObject({ method: { kind: 'bpe' }, ...expected });
  });

  it("prefers the file's values to the defaults of its pre-tokenizer", () => {
    expect(bpe('llama-bpe', { 'tokenizer.ggml.add_bos_token': false }).addBos).toBe(false);
    expect(bpe('qwen2', { 'tokenizer.ggml.add_bos_token': true }).addBos).toBe(true);
  });

  it.each([
    [null, /does not say how.*tokenizer\.ggml\.pre is missing.*llama\.cpp's default/],
    ['my-own', /is not known here \(tokenizer\.ggml\.pre is "my-own"\).*llama\.cpp's default/],
  ])("warns of the pre-tokenizer %j and takes llama.cpp's default", (pre, warning) => {
    const { warnings, method } = bpe(pre);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect(method).toMatchObject({ pre: DEFAULT_PRE_TOKENIZER });
  });

  it('refuses byte-level BPE without merges, except for vocabularies that have none', () => {
    const metadata = (pre: string) =>
      metadataOf({ 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.pre': pre });
    expect(() => vocabularyFrom(metadata('qwen2'))).toThrow(
      expect.objectContaining({
        code: 'invalid_gguf',
        message: expect.stringMatching(/"tokenizer\.ggml\.merges" is missing/),
      }),
    );
    expect(vocabularyFrom(metadata('kimi-k2')).method).toMatchObject({ kind: 'bpe' });
  });

  const tokens = PackedStrings.of(Array.from({ length: 104 }, (_, i) => `t${i}`));
  const others: [Readonly<Record<string, GgufValue>>, object][] = [
    [
      { 'tokenizer.ggml.model': 'bert' },
      {
        method: { kind: 'wpm', lowercase: true, stripAccents: true },
        ...{ bos: 101, eos: -1, unk: 100, sep: 102, cleanSpaces: true },
      },
    ],
    [
      { 'tokenizer.ggml.model': 'bert', 'tokenizer.ggml.normalizer.lowercase': false },
      { method: { kind: 'wpm', lowercase: false, stripAccents: false } },
    ],
    [
      { 'tokenizer.ggml.model': 't5', 'tokenizer.ggml.precompiled_charsmap': [1, -1] },
      {
        method: {
          kind: 'ugm',
          addSpacePrefix: false,
          removeExtraSpaces: false,
          charsmap: Uint8Array.of(1, 255),
        },
        ...{ bos: -1, eos: 1, unk: 2, addBos: false, addEos: true },
      },
    ],
    [
      {
        'tokenizer.ggml.model': 'gemma4',
        'tokenizer.ggml.merges': PackedStrings.of([]),
        'tokenizer.ggml.bos_token_id': 2,
        'tokenizer.ggml.add_bos_token': false,
      },
      { method: { kind: 'line-bpe', wholeNewlines: true }, bos: 2, eos: -1, addBos: true, warnings: [] },
    ],
  ];
  it.each(others)('reads %o', (entries, expected) => {
    expect(vocabularyFrom(metadataOf({ 'tokenizer.ggml.tokens': tokens, ...entries }))).toMatchObject(
      expected,
    );
  });

  it.each([
    [{ 'tokenizer.ggml.pre': 'jina-v2-code' }, '<mask>', 'lstrip'],
    [{ 'general.architecture': 'nomic-bert-moe' }, '<mask>', 'lstrip'],
    [{ 'general.name': 'Modern-BERT' }, '[MASK]', 'lstrip'],
  ] as const)('lets the mask of %o swallow the white space before it', (entries, mask, key) => {
    const texts = PackedStrings.of(['a', mask]);
    expect(vocabularyFrom(metadataOf({ 'tokenizer.ggml.tokens': texts, ...entries }))[key]).toEqual([1]);
  });

  it.each(['rwkv', 'plamo2', 'none'])('refuses a %s tokenizer by name', model => {
    expect(() => vocabularyFrom(metadataOf({ 'tokenizer.ggml.model': model }))).toThrow(
      expect.objectContaining({
        code: 'unsupported_model',
        message: expect.stringMatching(`"${model}".*"llama"`),
      }),
    );
  });

  it.each(['tokenizer.ggml.model', 'tokenizer.ggml.tokens'])('refuses a file without %s', key => {
    const metadata = metadataOf({});
    metadata.delete(key);
    expect(() => vocabularyFrom(metadata)).toThrow(
      expect.objectContaining({ code: 'invalid_gguf', message: expect.stringContaining(key) }),
    );
  });
});
