// Compares the tokenizers with llama.cpp's answers, if there is a folder of them: `FORETOKEN_ZOO` or ../shared/zoo (small
// models), `FORETOKEN_VOCAB` or ../shared/vocab (whole vocabularies). Each model has its answers in a JSON file beside it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openSource, readGgufMetadata } from '../gguf/index.ts';
import { createTokenizer, type Tokenizer, vocabularyFrom } from './index.ts';

interface Vector {
  readonly text: string;
  readonly ids: readonly number[];
  readonly ids_parse?: readonly number[];
  readonly ids_special: readonly number[];
  readonly detok?: string;
  readonly pieces?: string;
}

interface Golden {
  /** Present in the answers of a whole vocabulary. */
  readonly vocab?: string;
  readonly vectors?: readonly Vector[];
  /** Present in the answers of a model; `ids` have control tokens parsed. */
  readonly tokenize?: readonly Vector[];
}

const SHARED = resolve(import.meta.dirname, '../../../shared');
const ZOO = process.env.FORETOKEN_ZOO ?? join(SHARED, 'zoo');
const VOCABULARIES = process.env.FORETOKEN_VOCAB ?? join(SHARED, 'vocab');

function goldensIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter(name => name.endsWith('.json') && name !== 'index.json');
}

async function tokenizerOf(path: string): Promise<Tokenizer> {
  const bytes = existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
  return createTokenizer(vocabularyFrom(await readGgufMetadata(await openSource(bytes))));
}

/** Differences from llama.cpp. */
function differences(tokenizer: Tokenizer, vectors: readonly Vector[], parsesSpecial: boolean): unknown[] {
  return vectors.flatMap(({ text, ids, ids_parse, ids_special, detok, pieces }) => {
    const found = {
      ids: tokenizer.encode(text, { addSpecial: false, parseSpecial: parsesSpecial }),
      ids_special: tokenizer.encode(text, { addSpecial: true, parseSpecial: true }),
      ...(ids_parse && { ids_parse: tokenizer.encode(text, { addSpecial: false, parseSpecial: true }) }),
      ...(detok !== undefined && { detok: tokenizer.detokenize(ids) }),
      ...(pieces !== undefined && { pieces: tokenizer.decode(ids_special, true) }),
    };
    const expected = {
      ids,
      ids_special,
      ...(ids_parse && { ids_parse }),
      ...(detok !== undefined && { detok }),
      ...(pieces !== undefined && { pieces }),
    };
    return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ text, found, expected }];
  });
}

describe.skipIf(!existsSync(ZOO))('the small models', () => {
  it.each(goldensIn(ZOO))('%s tokenizes as llama.cpp does', async name => {
    const { tokenize = [] }: Golden = JSON.parse(readFileSync(join(ZOO, name), 'utf8'));
    const model = join(ZOO, name.replace(/\.json$/, '.gguf'));
    // A model in several files has its answers under the name of the whole.
    if (tokenize.length === 0 || !existsSync(model)) return;
    expect(differences(await tokenizerOf(model), tokenize, true)).toEqual([]);
  });
});

describe.skipIf(!existsSync(VOCABULARIES))('whole vocabularies', () => {
  it.each(goldensIn(VOCABULARIES))(
    '%s tokenizes and detokenizes as llama.cpp does',
    async name => {
      const { vocab = '', vectors = [] }: Golden = JSON.parse(readFileSync(join(VOCABULARIES, name), 'utf8'));
      expect(differences(await tokenizerOf(join(VOCABULARIES, vocab)), vectors, false)).toEqual([]);
    },
    30_000,
  );
});
