import { PackedStrings } from '../util/packedStrings.ts';
import { TOKEN_TYPE, type VocabularySpec } from './vocabularySpec.ts';

/** Token of a toy vocabulary: text, then score and type where they matter. */
export type ToyToken = readonly [text: string, score?: number, type?: keyof typeof TOKEN_TYPE];

/** Vocabulary for tests, with the texts of its tokens as strings. */
export interface SpmParts extends Partial<Omit<VocabularySpec, 'tokens' | 'method'>> {
  readonly texts: readonly string[];
  readonly addSpacePrefix?: boolean;
}

/** Builds a `llama` vocabulary with BOS 1, EOS 2 and the unknown token 0 that adds BOS. */
export function spmVocabulary({ texts, addSpacePrefix = true, ...parts }: SpmParts): VocabularySpec {
  return {
    method: { kind: 'spm', addSpacePrefix },
    tokens: PackedStrings.of(texts),
    scores: new Float32Array(texts.length),
    types: new Int32Array(texts.length).fill(TOKEN_TYPE.normal),
    bos: 1,
    eos: 2,
    unk: 0,
    sep: -1,
    addBos: true,
    addEos: false,
    cleanSpaces: false,
    warnings: [],
    ...parts,
  };
}

/**
 * Builds a small vocabulary for tests: `<unk>` 0, `<s>` 1, `</s>` 2, the bytes 3 to 258 and then `tokens`, so that the first of
 * them has the id 259.
 */
export function toyVocabulary(
  tokens: readonly ToyToken[],
  overrides: Partial<SpmParts> = {},
): VocabularySpec {
  const bytes = Array.from({ length: 256 }, (_, byte): ToyToken => {
    const hex = byte.toString(16).toUpperCase().padStart(2, '0');
    return [`<0x${hex}>`, 0, 'byte'];
  });
  const all: ToyToken[] = [
    ['<unk>', 0, 'unknown'],
    ['<s>', 0, 'control'],
    ['</s>', 0, 'control'],
    ...bytes,
    ...tokens,
  ];
  return spmVocabulary({
    texts: all.map(([text]) => text),
    scores: all.map(([, score]) => score ?? 0),
    types: all.map(([, , type]) => TOKEN_TYPE[type ?? 'normal']),
    ...overrides,
  });
}
