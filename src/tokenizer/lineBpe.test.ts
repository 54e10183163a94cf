import { describe, expect, it } from 'vitest';
import { PackedStrings } from '../util/packedStrings.ts';
import { createTokenizer } from './index.ts';
import { toyVocabulary } from './toyVocabulary.ts';

const PLAIN = { addSpecial: false, parseSpecial: false };

/** Token texts of `text`, in a vocabulary of bytes, `tokens` and the results of `merges`. */
function pieces(tokens: readonly string[], merges: readonly string[], text: string): string[] {
  const method = { kind: 'line-bpe', merges: PackedStrings.of(merges), wholeNewlines: true } as const;
  const tokenizer = createTokenizer({ ...toyVocabulary(tokens.map(token => [token])), method });
  return tokenizer.encode(text, PLAIN).map(token => tokenizer.tokenText(token));
}

const TOKENS = ['a', 'b', 'é', '▁', '▁a', '▁▁', 'a▁', 'ab', '\n\n', 'a▁b', 'é▁'];

describe('BPE on the lines of a text', () => {
  const cases: [string, string[], string, string[]][] = [
    ['merges characters in the order of the list', ['▁ a', 'a b'], ' ab', ['▁a', 'b']],
    ['adds no space before the text', [], 'a b', ['a', '▁', 'b']],
    ['merges runs of spaces', ['▁ ▁'], 'a   b', ['a', '▁▁', '▁', 'b']],
    ['merges across the beginning of a word where the list does', ['a ▁', 'a▁ b'], 'a b', ['a▁b']],
    ['does so behind letters of several bytes, too', ['é ▁'], 'é b', ['é▁', 'b']],
    ['does not merge across lines', ['a b'], 'a\nb', ['a', '<0x0A>', 'b']],
    ['takes newlines that are a token whole', [], 'a\n\nb', ['a', '\n\n', 'b']],
    ['writes characters without a token as bytes', [], 'aü', ['a', '<0xC3>', '<0xBC>']],
  ];
  it.each(cases)('%s', (_, merges, text, expected) => {
    expect(pieces(TOKENS, merges, text)).toEqual(expected);
  });

  it('decodes tokens with their spaces', () => {
    const method = { kind: 'line-bpe', merges: PackedStrings.of([]), wholeNewlines: true } as const;
    const tokenizer = createTokenizer({ ...toyVocabulary([['▁a']]), method });
    expect(tokenizer.decode([259, 259, 3 + 10], false)).toBe(' a a\n');
  });
});
