import { TOKEN_TYPE, type VocabularySpec } from './vocabularySpec.ts';

/** A token of a toy vocabulary: text, then score and type where they matter. */
export type ToyToken = readonly [text: string, score?: number, type?: keyof typeof TOKEN_TYPE];

/**
 * A small vocabulary for tests: `<unk>` 0, `<s>` 1, `</s>` 2, the bytes 3 to 258 and then `tokens`, so that the first of them
 * has the id 259.
 */
export function toyVocabulary(
  tokens: readonly ToyToken[],
  overrides: Partial<VocabularySpec> = {},
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
  return {
    tokens: all.map(([text]) => text),
    scores: all.map(([, score]) => score ?? 0),
    types: all.map(([, , type]) => TOKEN_TYPE[type ?? 'normal']),
    bos: 1,
    eos: 2,
    unk: 0,
    addBos: true,
    addEos: false,
    addSpacePrefix: true,
    ...overrides,
  };
}
