import { describe, expect, it } from 'vitest';
import { Automaton } from './automaton.ts';
import { parseGrammar } from './parse.ts';

/** Runs a text through the automaton; reports acceptance, cached frames and CPU time. */
function follow(grammar: string, text: string) {
  // CPU time of this process, because other processes may load the machine.
  const begun = process.cpuUsage();
  const automaton = new Automaton(parseGrammar(grammar));
  let state = automaton.start;
  let nBranches = 0;
  for (const [i, char] of [...text].entries()) {
    const next = automaton.next(state, char.codePointAt(0) ?? 0);
    if (next === null) return { nMatched: i, isWhole: false, nBranches, nFrames: automaton.nKept };
    state = next;
    nBranches = Math.max(nBranches, state.branches.length);
  }
  const ms = process.cpuUsage(begun).user / 1000;
  return { nMatched: text.length, isWhole: state.isFinal, nBranches, nFrames: automaton.nKept, ms };
}

const FIELDS = Array.from({ length: 71 }, (_, i) => `"f${i}:" [a-z]{0,2000} ";"`).join(' ');
const fieldsText = (n: number) => Array.from({ length: 71 }, (_, i) => `f${i}:${'x'.repeat(n)};`).join('');

describe('a counter', { timeout: 60_000 }, () => {
  it.each<{ grammar: string; whole: [string, number][]; tooLong: [string, number][] }>([
    {
      grammar: '[a-z]{0,2000}',
      whole: [
        ['a', 0],
        ['a', 2000],
      ],
      tooLong: [['a', 2001]],
    },
    { grammar: '[a-z]{2001}', whole: [['a', 2001]], tooLong: [['a', 2002]] },
    {
      grammar: '[a-z]{3,20000}',
      whole: [
        ['a', 3],
        ['a', 20_000],
      ],
      tooLong: [['a', 20_001]],
    },
    {
      grammar: '("a" "b" | "c"){5,2001}',
      whole: [
        ['c', 5],
        ['ab', 2001],
      ],
      tooLong: [['abc', 1001]],
    },
    {
      grammar: '("a"{0,3}){0,1000}',
      whole: [
        ['a', 0],
        ['a', 3000],
      ],
      tooLong: [['a', 3001]],
    },
    {
      grammar: '("a"{2,3}){500}',
      whole: [
        ['a', 1000],
        ['a', 1500],
      ],
      tooLong: [['a', 1501]],
    },
    {
      grammar: '("a"{5}){0,400}',
      whole: [
        ['a', 5],
        ['a', 2000],
      ],
      tooLong: [['a', 2001]],
    },
    {
      grammar: '[ab]{0,100} [a]{0,100}',
      whole: [['a', 200]],
      tooLong: [
        ['a', 201],
        ['b', 101],
      ],
    },
    {
      grammar: '[ab]{100} [a]{50,100}',
      whole: [
        ['a', 150],
        ['a', 200],
      ],
      tooLong: [['a', 201]],
    },
    {
      grammar: '("aa" | "aaaaa"){400}',
      whole: [
        ['a', 800],
        ['a', 2000],
      ],
      tooLong: [['a', 2001]],
    },
    {
      grammar: '((("a" | "aa"){10}){10}){10}',
      whole: [
        ['a', 1000],
        ['a', 2000],
      ],
      tooLong: [['a', 2001]],
    },
    {
      grammar: '(("a"{2,50}){3,70}){4,90}',
      whole: [
        ['a', 24],
        ['a', 3000],
      ],
      tooLong: [['ab', 1]],
    },
    {
      grammar: '("a"{0,100} "b"?){0,100} "a"{0,100}',
      whole: [
        ['a', 3000],
        ['ab', 100],
      ],
      tooLong: [['b', 101]],
    },
    { grammar: '("a"? | "a"{0,7} | ("a" "a"?)*){0,9}', whole: [['a', 3000]], tooLong: [['b', 1]] },
    { grammar: '[^"]{0,1900} [^"]{0,1900} "!"?', whole: [['é', 3800]], tooLong: [['é', 3802]] },
  ])('counts exactly and in little time: $grammar', ({ grammar, whole, tooLong }) => {
    for (const [text, n] of whole) {
      const result = follow(`root ::= ${grammar}`, text.repeat(n));
      expect([text, n, result]).toMatchObject([text, n, { isWhole: true }]);
      expect(result.ms).toBeLessThan(2000);
    }
    for (const [text, n] of tooLong) {
      expect([text, n, follow(`root ::= ${grammar}`, text.repeat(n)).isWhole]).toEqual([text, n, false]);
    }
  });

  it.each([
    ['("a"{0,3}){0,1000}', 'a'.repeat(1000)],
    ['[ab]{0,1000} [a]{0,1000}', 'a'.repeat(1000)],
    ['(("a"{2,50}){3,70}){4,90}', 'a'.repeat(1000)],
    ['("a"{0,100} "b"?){0,100} "a"{0,100}', 'a'.repeat(1000)],
    ['(("a" | "b")* "a"{1,9}){0,5000}', 'ab'.repeat(500)],
  ])('remembers few frames for each character: %s', (grammar, text) => {
    const { nFrames, nBranches } = follow(`root ::= ${grammar}`, text);
    expect(nFrames / text.length).toBeLessThan(60);
    expect(nBranches).toBeLessThan(10);
  });

  it('of one field does not block 70 other fields', () => {
    const { isWhole, nFrames, ms } = follow(`root ::= ${FIELDS}`, fieldsText(2000));
    expect(isWhole).toBe(true);
    expect(nFrames).toBeLessThan(50_100);
    expect(ms).toBeLessThan(5000);
    expect(follow(`root ::= ${FIELDS}`, fieldsText(2001))).toMatchObject({ isWhole: false, nMatched: 2003 });
  });

  it('counts to a million at a cost linear in the length of the text', () => {
    const grammar = 'root ::= .{0,1000000} | "x"{1000000}';
    expect(follow(grammar, 'x'.repeat(1000))).toMatchObject({ isWhole: true });
    expect(follow(grammar, 'x'.repeat(1000)).nFrames).toBeLessThan(10_000);
  });
});
