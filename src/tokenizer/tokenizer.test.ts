import { describe, expect, it } from 'vitest';
import { createTokenizer, type VocabularySpec } from './index.ts';
import { type SpmParts, spmVocabulary, type ToyToken, toyVocabulary } from './toyVocabulary.ts';

/** Token texts of `text`. */
function pieces(
  tokens: readonly ToyToken[],
  text: string,
  { parseSpecial = false, ...overrides }: Partial<SpmParts> & { parseSpecial?: boolean } = {},
): string[] {
  const tokenizer = createTokenizer(toyVocabulary(tokens, { addSpacePrefix: false, ...overrides }));
  return tokenizer.encode(text, { addSpecial: false, parseSpecial }).map(token => tokenizer.tokenText(token));
}

const LETTERS: ToyToken[] = ['a', 'b', 'c', 'd', '▁'].map(letter => [letter, -100]);

describe('merging', () => {
  it('merges the pair with the highest score first', () => {
    expect(pieces([...LETTERS, ['ab', -2], ['bc', -1]], 'abc')).toEqual(['a', 'bc']);
    expect(pieces([...LETTERS, ['ab', -1], ['bc', -2]], 'abc')).toEqual(['ab', 'c']);
  });

  it('merges the leftmost of pairs with equal scores', () => {
    expect(pieces([...LETTERS, ['aa', -1]], 'aaa')).toEqual(['aa', 'a']);
    expect(pieces([...LETTERS, ['ab', -1], ['bc', -1]], 'abc')).toEqual(['ab', 'c']);
  });

  it('merges the results of merges, also with the neighbour on the left', () => {
    const tokens: ToyToken[] = [...LETTERS, ['cd', -1], ['bcd', -2], ['abcd', -3]];
    expect(pieces(tokens, 'abcd')).toEqual(['abcd']);
  });

  it('does not find a token that no chain of merges leads to', () => {
    expect(pieces([...LETTERS, ['abc', 10]], 'abc')).toEqual(['a', 'b', 'c']);
  });

  it('forgets a pair once one of its halves has merged', () => {
    const tokens: ToyToken[] = [...LETTERS, ['ab', -1], ['bc', -2], ['cd', -3], ['bcd', -4]];
    expect(pieces(tokens, 'abcd')).toEqual(['ab', 'cd']);
  });

  it('compares scores as 32-bit floats', () => {
    const tokens: ToyToken[] = [...LETTERS, ['ab', 1], ['bc', 1 + 1e-12]];
    expect(pieces(tokens, 'abc')).toEqual(['ab', 'c']);
  });

  it('tokenizes a text of 100000 characters in less than a second', () => {
    const tokens: ToyToken[] = [...LETTERS, ['ab', -1], ['abab', -2], ['ababab', -3], ['aa', -2]];
    const started = performance.now();
    expect(pieces(tokens, 'ab a'.repeat(25000)).length).toBeGreaterThan(50000);
    expect(pieces(tokens, 'a'.repeat(100000))).toHaveLength(50000);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('characters that are not in the vocabulary', () => {
  const cases: [string, string, string[]][] = [
    ['of one byte', 'x', ['<0x78>']],
    ['of two bytes', 'aé', ['a', '<0xC3>', '<0xA9>']],
    ['of four bytes', '🙂', ['<0xF0>', '<0x9F>', '<0x99>', '<0x82>']],
    ['that are lone surrogates', 'a\ud83d', ['a', '<0xEF>', '<0xBF>', '<0xBD>']],
    ['that are NUL', '\0', ['<0x00>']],
  ];
  it.each(cases)('%s become bytes', (_, text, expected) => {
    expect(pieces(LETTERS, text)).toEqual(expected);
  });

  it('become one unknown token per byte if the vocabulary has no bytes', () => {
    const tokenizer = createTokenizer(withoutBytes());
    expect(tokenizer.encode('aé', { addSpecial: false, parseSpecial: false })).toEqual([1, 0, 0]);
  });

  it('are an error if it has no unknown token either', () => {
    const tokenizer = createTokenizer({ ...withoutBytes(), unk: -1 });
    expect(() => tokenizer.encode('é', { addSpecial: false, parseSpecial: false })).toThrow(
      expect.objectContaining({ code: 'invalid_gguf', message: expect.stringContaining('"é"') }),
    );
  });
});

function withoutBytes(): VocabularySpec {
  return spmVocabulary({ texts: ['<unk>', 'a'], types: [2, 1], addBos: false, addSpacePrefix: false });
}

describe('the space prefix', () => {
  const tokens: ToyToken[] = [...LETTERS, ['<x>', 0, 'control']];
  const cases: [string, string, string[]][] = [
    ['stands before the text', 'a', ['▁', 'a']],
    ['stands before a space too', ' a', ['▁', '▁', 'a']],
    ['is not added to an empty text', '', []],
    ['stands after every special token', 'a<x>b<x> c', ['▁', 'a', '<x>', '▁', 'b', '<x>', '▁', '▁', 'c']],
    ['does not stand alone after a special token', '<x>', ['<x>']],
  ];
  it.each(cases)('%s', (_, text, expected) => {
    expect(pieces(tokens, text, { parseSpecial: true, addSpacePrefix: true })).toEqual(expected);
  });

  it('is omitted if the vocabulary says so', () => {
    expect(pieces(tokens, 'a b', { addSpacePrefix: false })).toEqual(['a', '▁', 'b']);
  });
});

describe('special tokens in the text', () => {
  const tokens: ToyToken[] = [
    ...LETTERS,
    ['<x>', 0, 'control'],
    ['<x><x>', 0, 'control'],
    ['ab', -5, 'userDefined'],
    ['bcd', -9, 'userDefined'],
    ['<', -1],
    ['x', -1],
    ['>', -1],
  ];
  const cases: [string, boolean, string, string[]][] = [
    ['control tokens are recognised', true, 'a<x>b', ['a', '<x>', 'b']],
    ['control tokens are text unless asked for', false, 'a<x>b', ['a', '<', 'x', '>', 'b']],
    ['user-defined tokens are recognised always', false, 'cab', ['c', 'ab']],
    ['the longest comes first, not the leftmost', false, 'abcd', ['a', 'bcd']],
    ['a longer one wins over a part of it', true, '<x><x><x>', ['<x><x>', '<x>']],
    ['the unknown token counts as one', true, 'a<unk>', ['a', '<unk>']],
    ['text without special tokens is left alone', true, 'a<s', ['a', '<', '<0x73>']],
  ];
  it.each(cases)('%s', (_, parseSpecial, text, expected) => {
    expect(pieces(tokens, text, { parseSpecial })).toEqual(expected);
  });

  it('swallow the white space after them if the vocabulary says so', () => {
    const rstrip = [[...toyVocabulary(tokens).tokens].indexOf('<x>')];
    expect(pieces(tokens, 'a <x> \t\n b<x>  ', { parseSpecial: true, rstrip })).toEqual([
      'a',
      '▁',
      '<x>',
      'b',
      '<x>',
    ]);
  });

  it('swallow the white space before them if the vocabulary says so', () => {
    const lstrip = [[...toyVocabulary(tokens).tokens].indexOf('<x>')];
    expect(pieces(tokens, '  <x> a \n<x>\tb ', { parseSpecial: true, lstrip })).toEqual([
      '<x>',
      '▁',
      'a',
      '<x>',
      '<0x09>',
      'b',
      '▁',
    ]);
  });

  it('are found in time that does not depend on their number', () => {
    const many = Array.from({ length: 5000 }, (_, i): ToyToken => [`<${i}>`, 0, 'control']);
    const started = performance.now();
    const text = 'a<4999>'.repeat(10_000);
    expect(pieces([...LETTERS, ...many], text, { parseSpecial: true })).toHaveLength(20_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('include those that llama.cpp knows by their text, whatever their type', () => {
    expect(pieces([...LETTERS, ['<|im_end|>']], '<|im_end|>', { parseSpecial: true })).toEqual([
      '<|im_end|>',
    ]);
    expect(pieces([...LETTERS, ['<|im_end|>']], '<|im_end|>')).toHaveLength(10);
  });
});

describe('BOS and EOS', () => {
  const cases: [Partial<SpmParts>, boolean, number[]][] = [
    [{ addBos: true, addEos: false }, true, [1, 259]],
    [{ addBos: true, addEos: true }, true, [1, 259, 2]],
    [{ addBos: false, addEos: true }, true, [259, 2]],
    [{ addBos: true, addEos: true }, false, [259]],
  ];
  it.each(cases)('are added as %o says when addSpecial is %s', (overrides, addSpecial, expected) => {
    const tokenizer = createTokenizer(toyVocabulary([['a']], { addSpacePrefix: false, ...overrides }));
    expect(tokenizer.encode('a', { addSpecial, parseSpecial: false })).toEqual(expected);
  });

  it('are the only tokens of an empty text', () => {
    const tokenizer = createTokenizer(toyVocabulary([]));
    expect(tokenizer.encode('', { addSpecial: true, parseSpecial: true })).toEqual([1]);
    expect(tokenizer.encode('', { addSpecial: false, parseSpecial: true })).toEqual([]);
  });
});

describe('decoding', () => {
  const tokenizer = createTokenizer(
    toyVocabulary([
      ['▁two▁words'],
      ['<x>', 0, 'control'],
      ['▁user', 0, 'userDefined'],
      ['spare', 0, 'unused'],
      ['odd', 0, 'undefined'],
      ['\uFEFF'],
      [''],
      ['▁'],
    ]),
  );
  const rows: [string, string, boolean, string][] = [
    ['a normal token has spaces', '▁two▁words', false, ' two words'],
    ['a control token is hidden', '<x>', false, ''],
    ['a control token is shown on request', '<x>', true, '<x>'],
    ['the unknown token is hidden', '<unk>', false, ''],
    ['the unknown token is shown on request', '<unk>', true, '<unk>'],
    ['a user-defined token is taken literally', '▁user', false, '▁user'],
    ['an unused token is empty', 'spare', true, ''],
    ['an undefined token is empty', 'odd', true, ''],
    ['a byte is a character', '<0x0A>', false, '\n'],
    ['half a character is U+FFFD', '<0xC3>', false, '\uFFFD'],
    ['a byte order mark stays', '\uFEFF', false, '\uFEFF'],
    ['a token without a text is named by its id', '[EMPTY_265]', false, '[EMPTY_265]'],
  ];
  it.each(rows)('%s', (_, text, special, expected) => {
    const token = tokenizer.tokenOf(text) ?? -1;
    expect(tokenizer.decode([token], special)).toBe(expected);
    if (special) expect(tokenizer.pieceText(token)).toBe(expected);
  });

  it('joins the bytes of one character from several tokens', () => {
    const bytes = [...new TextEncoder().encode('日a')].map(byte => byte + 3);
    expect(tokenizer.decode(bytes, false)).toBe('日a');
  });

  it('round-trips any text, without the space that was put before it', () => {
    for (const text of ['Hello  world\n', 'naïve 日本語 🙂', '\0\t\u2581', '']) {
      const tokens = tokenizer.encode(text, { addSpecial: true, parseSpecial: false });
      const expected = text === '' ? '' : ` ${text.replaceAll('▁', ' ')}`;
      expect(tokenizer.decode(tokens, false)).toBe(expected);
    }
  });

  it('throws on a token outside the vocabulary', () => {
    expect(() => tokenizer.piece(267, true)).toThrow('token 267 of a vocabulary of 267');
    expect(() => tokenizer.piece(-1, true)).toThrow('token -1');
  });
});

describe('end of generation', () => {
  it('is EOS, EOT, EOM and every token whose text llama.cpp recognises', () => {
    const tokens: ToyToken[] = [
      ['a'],
      ['turn'],
      ['message'],
      ['<|endoftext|>', 0, 'control'],
      ['<|im_end|>'],
      ['<PAD>'],
    ];
    const tokenizer = createTokenizer(toyVocabulary(tokens, { eot: 260, eom: 261 }));
    expect(tokenizer.eogTokens).toEqual([2, 260, 261, 262, 263, 264]);
    expect(tokenizer.isEog(2)).toBe(true);
    expect(tokenizer.isEog(259)).toBe(false);
    expect(tokenizer.isSpecial(263)).toBe(true);
  });

  it('finds fill-in-the-middle tokens by their text unless the file names them', () => {
    const tokens: ToyToken[] = [['▁<PRE>'], ['▁<SUF>'], ['mine'], ['<REPO>']];
    const tokenizer = createTokenizer(toyVocabulary(tokens, { fim: { suffix: 261 } }));
    expect(tokenizer.fim).toEqual({ prefix: 259, suffix: 261, repo: 262 });
    expect(tokenizer.eogTokens).toEqual([2, 262]);
  });
});

describe('end of generation in vocabularies of certain families', () => {
  const rows: [string, string[], string, boolean, boolean][] = [
    ['gpt-oss', ['<|end|>', '<|return|>', '<|call|>'], '<|end|>', false, false],
    ['solar-open', ['<|end|>', '<|flush|>', '<|calls|>'], '<|end|>', false, false],
    ['Phi', ['<|end|>', '<|return|>'], '<|end|>', true, true],
    ['Gemma 4', ['<turn|>', '<|tool_response>'], '</s>', false, false],
    ['Llama 2', [], '</s>', true, true],
  ];
  it.each(rows)('%s: of %j, %s', (_, texts, text, ends, isSpecial) => {
    const tokenizer = createTokenizer(
      toyVocabulary(
        texts.map(token => [token]),
        { eos: -1 },
      ),
    );
    const token = tokenizer.tokenOf(text) ?? -1;
    expect([tokenizer.isEog(token), tokenizer.isSpecial(token)]).toEqual([ends, isSpecial]);
  });

  it('shows the marks of gpt-oss, whatever their type', () => {
    const tokenizer = createTokenizer(toyVocabulary([['<|channel|>', 0, 'control']]));
    expect(tokenizer.decode([259], false)).toBe('<|channel|>');
    expect(tokenizer.encode('<|channel|>', { addSpecial: false, parseSpecial: false })).toEqual([259]);
  });
});

describe('a vocabulary that contradicts itself', () => {
  const rows: [string, Partial<SpmParts>, ToyToken[], RegExp][] = [
    ['too few scores', { scores: [0] }, [], /259 tokens but 1 scores/],
    ['too few types', { types: new Int32Array(3) }, [], /259 tokens but 3 token types/],
    ['a BOS to add but none known', { bos: -1 }, [], /BOS is to be added .* id is -1/],
    [
      'an EOS outside the vocabulary',
      { addEos: true, eos: 259 },
      [],
      /EOS .* id is 259 in a vocabulary of 259/,
    ],
    ['two tokens of one text', {}, [['a'], ['a']], /tokens 259 and 260 have the same text "a"/],
    ['a byte token of another form', {}, [['0x41', 0, 'byte']], /token 259 is a byte but its text is "0x41"/],
  ];
  it.each(rows)('is refused: %s', (_, overrides, tokens, message) => {
    expect(() => createTokenizer(toyVocabulary(tokens, overrides))).toThrow(
      expect.objectContaining({ code: 'invalid_gguf', message: expect.stringMatching(message) }),
    );
  });
});
