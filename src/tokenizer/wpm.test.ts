import { describe, expect, it } from 'vitest';
import { createTokenizer, type Tokenizer } from './index.ts';
import { spmVocabulary } from './toyVocabulary.ts';

const TEXTS = [
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '▁hello',
  '▁hell',
  'o',
  '▁w',
  'orld',
  '▁,',
  '▁ecole',
  '▁日',
  '▁É',
  '▁$',
  '▁École',
];

function wpm(lowercase = true, stripAccents = lowercase): Tokenizer {
  return createTokenizer({
    ...spmVocabulary({
      texts: TEXTS,
      types: TEXTS.map((_, id) => (id < 3 ? 3 : 1)),
      sep: 2,
      cleanSpaces: true,
    }),
    method: { kind: 'wpm', lowercase, stripAccents },
  });
}

function pieces(text: string, tokenizer = wpm()): string[] {
  return tokenizer
    .encode(text, { addSpecial: false, parseSpecial: false })
    .map(id => tokenizer.tokenText(id));
}

describe('WordPiece', () => {
  const cases: [string, string, string[]][] = [
    ['takes the longest token from the left', 'hello', ['▁hello']],
    ['goes on with tokens that begin no word', 'world hellooo', ['▁w', 'orld', '▁hello', 'o', 'o']],
    ['makes a word that does not work out one unknown token', 'hellox w', ['[UNK]', '▁w']],
    [
      'makes words of punctuation, symbols and ideographs',
      'w,w$日日',
      ['▁w', '▁,', '▁w', '▁$', '▁日', '▁日'],
    ],
    ['takes small letters and drops accents', 'ÉCOLE E\u0301cole', ['▁ecole', '▁ecole']],
    ['drops control characters and joins what they part', 'hel\u0000\u200blo\uFFFD', ['▁hello']],
    ['takes all white space for one end of a word', 'w\u00a0\u3000\t\nw', ['▁w', '▁w']],
    ['makes nothing of nothing', ' \u0001 ', []],
  ];
  it.each(cases)('%s', (_, text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  it('keeps letters unchanged if the file says so', () => {
    expect(pieces('École', wpm(false))).toEqual(['▁École']);
    expect(pieces('École ecole', wpm(true, false))).toEqual(['[UNK]', '▁ecole']);
    expect(pieces('École ecole', wpm(false, true))).toEqual(['[UNK]', '▁ecole']);
  });

  it('puts CLS before a text and SEP after it, also for an empty text', () => {
    expect(wpm().encode('w', { addSpecial: true, parseSpecial: false })).toEqual([1, 6, 2]);
    expect(wpm().encode('', { addSpecial: true, parseSpecial: false })).toEqual([1, 2]);
  });

  it('decodes tokens with spaces before words, and a whole text without spaces before punctuation', () => {
    expect(wpm().decode([1, 3, 8, 6, 7, 2], true)).toBe('[CLS] hello , world[SEP]');
    expect(wpm().detokenize([1, 3, 8, 6, 7, 2])).toBe(' hello, world');
  });

  it("estimates no minimum of tokens from a text's length, since any word may be one token", () => {
    expect(wpm().leastTokens('x'.repeat(1000))).toBe(0);
  });

  it('takes time that grows no faster than a word', () => {
    const started = performance.now();
    expect(pieces(`hello${'o'.repeat(50_000)}`)).toHaveLength(50_001);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
