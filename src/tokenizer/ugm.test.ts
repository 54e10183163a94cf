import { describe, expect, it } from 'vitest';
import { createTokenizer, TOKEN_TYPE, type Tokenizer } from './index.ts';
import { spmVocabulary, type ToyToken } from './toyVocabulary.ts';

const PLAIN = { addSpecial: false, parseSpecial: false };

interface Options {
  readonly addSpacePrefix?: boolean;
  readonly removeExtraSpaces?: boolean;
  readonly charsmap?: Uint8Array;
}

function ugm(tokens: readonly ToyToken[], options: Options = {}): Tokenizer {
  const all: ToyToken[] = [['<s>', 0, 'control'], ['</s>', 0, 'control'], ['<unk>', 0, 'unknown'], ...tokens];
  const spec = spmVocabulary({
    texts: all.map(([text]) => text),
    scores: all.map(([, score]) => score ?? -1),
    types: all.map(([, , type]) => TOKEN_TYPE[type ?? 'normal']),
    bos: 0,
    eos: 1,
    unk: 2,
  });
  const method = {
    kind: 'ugm',
    addSpacePrefix: false,
    removeExtraSpaces: false,
    charsmap: new Uint8Array(),
    ...options,
  } as const;
  return createTokenizer({ ...spec, addEos: true, method });
}

function pieces(tokens: readonly ToyToken[], text: string, options: Options = {}): string[] {
  const tokenizer = ugm(tokens, options);
  return tokenizer.encode(text, PLAIN).map(token => tokenizer.tokenText(token));
}

/**
 * Map that replaces the character `from`, of two bytes, by `to`: units 0 → its first byte → its second byte → offset of the text.
 */
function charsmap(from: string, to: string): Uint8Array {
  const [first, second] = new TextEncoder().encode(from);
  const units = new Uint32Array(1024);
  const CHILD = 0x100;
  const LEAF = 0x200;
  units[0] = CHILD << 10;
  units[CHILD ^ first] = (LEAF << 10) | first;
  const ofFirst = CHILD ^ first ^ LEAF;
  units[ofFirst ^ second] = (CHILD << 10) | 0x100 | second;
  units[ofFirst ^ second ^ CHILD] = 0x80000000;
  const text = new TextEncoder().encode(`${to}\0`);
  return new Uint8Array([
    ...new Uint8Array(Uint32Array.of(units.byteLength).buffer),
    ...new Uint8Array(units.buffer),
    ...text,
  ]);
}

describe('the unigram model', () => {
  it('chooses the tokens with the highest sum of scores, not the longest', () => {
    const tokens: ToyToken[] = [
      ['a', -1],
      ['b', -1],
      ['c', -1],
      ['ab', -3],
      ['bc', -1.5],
    ];
    expect(pieces(tokens, 'abc')).toEqual(['a', 'bc']);
    expect(pieces([...tokens, ['abc', -2]], 'abc')).toEqual(['abc']);
  });

  it('keeps the first of two equal segmentations', () => {
    expect(
      pieces(
        [
          ['a', -1],
          ['b', -1],
          ['ab', -2],
        ],
        'ab',
      ),
    ).toEqual(['ab']);
  });

  it('merges adjacent unknown characters into one unknown token', () => {
    expect(pieces([['a', -1]], 'aé日aü')).toEqual(['a', '<unk>', 'a', '<unk>']);
  });

  it('prefers a user-defined token to all others', () => {
    expect(
      pieces(
        [
          ['a', -1],
          ['b', -1],
          ['ab', -9, 'userDefined'],
        ],
        'ab',
      ),
    ).toEqual(['ab']);
  });

  it('adds EOS if special tokens are requested', () => {
    expect(ugm([['a', -1]]).encode('a', { addSpecial: true, parseSpecial: false })).toEqual([0, 3, 1]);
  });
});

describe('the normalizer', () => {
  const tokens: ToyToken[] = [
    ['▁', -1],
    ['a', -1],
    ['b', -1],
    ['fi', -1],
  ];
  const cases: [string, Options, string, string[]][] = [
    ['leaves spaces as they are', {}, ' a  b ', ['▁', 'a', '▁', '▁', 'b', '▁']],
    ['puts a space before the text', { addSpacePrefix: true }, 'a b', ['▁', 'a', '▁', 'b']],
    [
      'makes several spaces one',
      { removeExtraSpaces: true, addSpacePrefix: true },
      ' a   b  ',
      ['▁', 'a', '▁', 'b'],
    ],
    ['makes nothing of spaces alone', { removeExtraSpaces: true, addSpacePrefix: true }, '   ', []],
    ['replaces characters by its map', { charsmap: charsmap('ø', 'fi') }, 'aøb', ['a', 'fi', 'b']],
    ['makes a space of a character', { charsmap: charsmap('ø', ' ') }, 'aøb', ['a', '▁', 'b']],
    ['leaves a part of a sequence alone', { charsmap: charsmap('ø', 'fi') }, 'aùb', ['a', '<unk>', 'b']],
  ];
  it.each(cases)('%s', (_, options, text, expected) => {
    expect(pieces(tokens, text, options)).toEqual(expected);
  });

  const broken: [string, Uint8Array, RegExp][] = [
    [
      'shorter than it says',
      Uint8Array.of(255, 255, 0, 0, 0),
      /its array has 65535 bytes, but all of it only 5/,
    ],
    [
      'without texts',
      charsmap('ø', 'fi').slice(0, 4 + 4096),
      /its array has 4096 bytes, but all of it only 4100/,
    ],
    ['whose last text does not end', charsmap('ø', 'fi').slice(0, -1), /its last text does not end/],
  ];
  it.each(broken)('refuses a map %s', (_, bytes, message) => {
    expect(() => ugm(tokens, { charsmap: bytes })).toThrow(
      expect.objectContaining({ code: 'invalid_gguf', message: expect.stringMatching(message) }),
    );
  });

  it('refuses a map that points outside of itself, when it gets there', () => {
    const bytes = charsmap('ø', 'fi');
    new DataView(bytes.buffer).setUint32(4, 0x7ffff << 10, true);
    expect(() => pieces(tokens, 'a', { charsmap: bytes })).toThrow(
      expect.objectContaining({ code: 'invalid_gguf', message: expect.stringMatching(/of 1024 units/) }),
    );
  });
});
