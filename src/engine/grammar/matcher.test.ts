import { describe, expect, it } from 'vitest';
import { EOG, feed, matcherOf, SPECIAL, vocabulary } from './testVocabulary.ts';

const JSON_GRAMMAR = `root ::= object
value ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws
array ::= "[" ws ( value ("," ws value)* )? "]" ws
string ::= "\\"" ( [^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\\"" ws
number ::= "-"? ([0-9] | [1-9] [0-9]{0,15}) ("." [0-9]+)? ws
ws ::= | " " | "\\n" [ \\t]{0,20}`;

const TEXTS = ['', '{', '{"', '{"a', '{"a\\', '{"a\\u12', '{"日', '{"a":', '{"a": 12', '{"a":[{}, ', '{}'];

describe('allowed tokens', () => {
  it.each(TEXTS)('after %s equal those of single-token checks', text => {
    const matcher = matcherOf(JSON_GRAMMAR);
    expect(feed(matcher, new TextEncoder().encode(text))).toBe(true);
    const oneByOne = [...vocabulary.pieces.keys()].filter(token => matcher.isAllowed(token));
    expect(matcher.allowedTokens().sort((a, b) => a - b)).toEqual(oneByOne);
    expect(oneByOne.length).toBeGreaterThan(0);
  });

  it('include the end of generation exactly where the grammar may end', () => {
    const matcher = matcherOf('root ::= "a" "b"?');
    expect(matcher.isAllowed(EOG)).toBe(false);
    feed(matcher, [0x61]);
    expect(matcher.allowedTokens()).toEqual(expect.arrayContaining([EOG, 0x62]));
    feed(matcher, [0x62]);
    expect(matcher.allowedTokens()).toEqual([EOG]);
  });

  it('never include special tokens, even where the grammar accepts the text of the EOG token', () => {
    const matcher = matcherOf('root ::= .* "</s>"');
    expect(matcher.isAllowed(SPECIAL)).toBe(false);
    expect(matcher.isAllowed(EOG)).toBe(false);
    expect(matcher.allowedTokens()).not.toContain(EOG);
    expect(matcher.allowedTokens()).not.toContain(SPECIAL);
    expect(matcher.isAllowed(9999)).toBe(false);
  });
});

describe('tokens one after the other', () => {
  const [ab, abc] = [258, 259];
  it.each<[string, number[], number]>([
    ['root ::= "ab" "c"', [ab, 0x63, EOG], 3],
    ['root ::= "ab" "c"', [ab, 0x63, EOG, 0x61], 3],
    ['root ::= "ab" "c"', [ab, EOG], 1],
    ['root ::= "ab" "c"', [abc, 0x63], 1],
    ['root ::= "ab" "c"', [0x63, ab], 0],
    ['root ::= "ab" "c"', [ab, SPECIAL], 1],
    ['root ::= "ab" "c"', [], 0],
  ])('%s allows of %j the first %i', (grammar, tokens, nAllowed) => {
    const matcher = matcherOf(grammar);
    expect(matcher.countAllowed(tokens)).toBe(nAllowed);
    // `countAllowed` must not change the state.
    expect(matcher.countAllowed(tokens)).toBe(nAllowed);
  });
});

describe('UTF-8', () => {
  it.each<[string, number[], boolean]>([
    ['root ::= "é"', [0xc3], true],
    ['root ::= "é"', [0xc3, 0xa9], true],
    ['root ::= "é"', [0xc3, 0xa8], false],
    ['root ::= "é"', [0xc4], false],
    ['root ::= [^é]', [0xc3, 0xa8], true],
    ['root ::= [^é]', [0xc3, 0xa9], false],
    ['root ::= [α-ω]', [0xce, 0xb1], true],
    ['root ::= [α-ω]', [0xce, 0x90], false],
    ['root ::= .', [0x80], false],
    ['root ::= .', [0xff], false],
    ['root ::= .', [0xc0], false],
    ['root ::= .', [0xe0, 0x9f], false],
    ['root ::= .', [0xed, 0xa0], false],
    ['root ::= .', [0xf4, 0x90], false],
    ['root ::= .', [0xf4, 0x8f, 0xbf, 0xbf], true],
    ['root ::= .', [0xf5], false],
    ['root ::= .', [0xe6, 0x41], false],
    ['root ::= .', [0], false],
  ])('%s takes %j: %s', (grammar, bytes, expected) => {
    expect(feed(matcherOf(grammar), bytes)).toBe(expected);
  });

  it('cannot end within a character', () => {
    const matcher = matcherOf('root ::= "日"*');
    expect(matcher.canEnd).toBe(true);
    feed(matcher, [0xe6]);
    expect(matcher.canEnd).toBe(false);
    feed(matcher, [0x97]);
    expect(matcher.allowedTokens()).toEqual([0xa5]);
    feed(matcher, [0xa5]);
    expect(matcher.canEnd).toBe(true);
  });
});

describe('hostile grammars', () => {
  it.each([
    ['at once', 'root ::= r0', ''],
    ['later', 'root ::= "b" r0', 'b'],
  ])('that become ambiguous in exponentially many ways, %s, are matched', (_, root, begin) => {
    const rules = Array.from({ length: 40 }, (_, i) => `r${i} ::= r${i + 1} "x" | r${i + 1} "y"`);
    const matcher = matcherOf([root, ...rules, 'r40 ::= "a"'].join('\n'));
    expect(feed(matcher, new TextEncoder().encode(`${begin}a`))).toBe(true);
    for (let i = 0; i < 40; i++) {
      expect(matcher.allowedTokens().sort()).toEqual([0x78, 0x79]);
      feed(matcher, [i % 3 === 0 ? 0x78 : 0x79]);
    }
    expect(matcher.allowedTokens()).toEqual([EOG]);
  });
});
