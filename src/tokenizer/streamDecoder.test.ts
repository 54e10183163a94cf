import { describe, expect, it } from 'vitest';
import { createTokenizer, StreamDecoder } from './index.ts';
import { toyVocabulary } from './toyVocabulary.ts';

const tokenizer = createTokenizer(toyVocabulary([['▁a'], ['é'], ['\uFEFF']]));

/** Token of a byte. */
const byte = (value: number) => value + 3;

function push(bytes: readonly number[]) {
  const decoder = new StreamDecoder(tokenizer);
  const texts = bytes.map(value => decoder.push(byte(value)));
  return { texts, isMidCharacter: decoder.isMidCharacter, rest: decoder.flush() };
}

describe('StreamDecoder', () => {
  const rows: [string, number[], string[], boolean, string][] = [
    ['holds a character back until it is whole', [0xe6, 0x97, 0xa5], ['', '', '日'], false, ''],
    ['holds four bytes back', [0xf0, 0x9f, 0x99, 0x82], ['', '', '', '🙂'], false, ''],
    ['ends an unfinished character with U+FFFD', [0x41, 0xf0, 0x9f], ['A', '', ''], true, '\uFFFD'],
    ['gives up a character that another byte interrupts', [0xc3, 0x41], ['', '\uFFFDA'], false, ''],
    [
      'gives up a character that another one interrupts',
      [0xe6, 0x97, 0xc3],
      ['', '', '\uFFFD'],
      true,
      '\uFFFD',
    ],
    ['lets a stray continuation byte go at once', [0x80, 0x41], ['\uFFFD', 'A'], false, ''],
    ['lets a byte go that is in no character', [0xff, 0xc0], ['\uFFFD', '\uFFFD'], false, ''],
    ['lets an overlong form go at its second byte', [0xe0, 0x80], ['', '\uFFFD\uFFFD'], false, ''],
    ['lets a surrogate go at its second byte', [0xed, 0xa0], ['', '\uFFFD\uFFFD'], false, ''],
    ['lets go what is beyond U+10FFFF', [0xf4, 0x90], ['', '\uFFFD\uFFFD'], false, ''],
    ['lets go an overlong form of four bytes', [0xf0, 0x8f], ['', '\uFFFD\uFFFD'], false, ''],
  ];
  it.each(rows)('%s', (_, bytes, texts, isMidCharacter, rest) => {
    expect(push(bytes)).toEqual({ texts, isMidCharacter, rest });
  });

  it('returns the same text as decode in total', () => {
    let state = 1;
    const next = () => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return state >> 16;
    };
    const interesting = [0x41, 0x80, 0x8f, 0x90, 0xa0, 0xbf, 0xc3, 0xe0, 0xe6, 0xed, 0xf0, 0xf4, 0xff];
    for (let run = 0; run < 500; run++) {
      const tokens = Array.from({ length: 12 }, () => byte(interesting[next() % interesting.length] ?? 0));
      const decoder = new StreamDecoder(tokenizer);
      const streamed = tokens.map(token => decoder.push(token)).join('') + decoder.flush();
      expect(streamed, tokens.join()).toBe(tokenizer.decode(tokens, false));
    }
  });

  it('keeps the leading space and a byte order mark', () => {
    const decoder = new StreamDecoder(tokenizer);
    const texts = ['\uFEFF', '▁a', '\uFEFF'].map(text => decoder.push(tokenizer.tokenOf(text) ?? -1));
    expect(texts).toEqual(['\uFEFF', ' a', '\uFEFF']);
  });

  it('renders control tokens only on request', () => {
    expect(new StreamDecoder(tokenizer).push(2)).toBe('');
    expect(new StreamDecoder(tokenizer, true).push(2)).toBe('</s>');
  });

  it('holds back a character across a token without bytes', () => {
    const decoder = new StreamDecoder(tokenizer);
    expect([byte(0xc3), 2, byte(0xa9)].map(token => decoder.push(token))).toEqual(['', '', 'é']);
  });
});
