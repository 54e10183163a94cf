import { describe, expect, it } from 'vitest';
import { parseGrammar } from './parse.ts';
import { derives } from './testVocabulary.ts';

describe('GBNF', () => {
  it.each<{ grammar: string; yes: string[]; no: string[] }>([
    { grammar: 'root ::= "ab"', yes: ['ab'], no: ['', 'a', 'abc', 'b'] },
    { grammar: 'root ::= "a" | "bc" |', yes: ['a', 'bc', ''], no: ['b', 'abc'] },
    { grammar: 'root ::= [a-c0]', yes: ['a', 'b', 'c', '0'], no: ['d', '-', ''] },
    { grammar: 'root ::= [a-]', yes: ['a', '-'], no: ['b'] },
    { grammar: 'root ::= [^a-c\\]]', yes: ['d', 'é', '日'], no: ['a', 'c', ']'] },
    { grammar: 'root ::= [z-a] | "x"', yes: ['x'], no: ['a', 'z', 'm'] },
    { grammar: 'root ::= . "."', yes: ['a.', '日.', '..'], no: ['a', '.'] },
    { grammar: 'root ::= [] "a" [^]', yes: ['a'], no: ['', 'ab'] },
    {
      grammar: 'root ::= "\\x41\\u00e9\\U0001F600\\n\\t\\r\\\\\\"\\[\\]\\-"',
      yes: ['Aé😀\n\t\r\\"[]-'],
      no: [],
    },
    { grammar: 'root ::= "a"* "b"+ "c"?', yes: ['b', 'aabbc'], no: ['a', 'ac', 'bcc'] },
    { grammar: 'root ::= "ab"{2}', yes: ['abab'], no: ['ab', 'ababab', 'abb'] },
    { grammar: 'root ::= "a"{ 2 , }', yes: ['aa', 'aaaaa'], no: ['a'] },
    { grammar: 'root ::= [ab]{1,3}', yes: ['a', 'bab'], no: ['', 'abab'] },
    { grammar: 'root ::= "a"{0,0} "b"', yes: ['b'], no: ['ab'] },
    { grammar: 'root ::= "a"?{3} "b"', yes: ['b', 'ab', 'aaab'], no: ['aaaab'] },
    {
      grammar: 'root ::= "a"{2,5000}',
      yes: ['aa', 'a'.repeat(5000)],
      no: ['a', 'a'.repeat(5001)],
    },
    { grammar: 'root ::= [ab]{2001}', yes: ['ab'.repeat(1000).concat('a')], no: ['a'.repeat(2000)] },
    { grammar: 'root ::= "a"{1,99999999999999999999}', yes: ['a'.repeat(100)], no: [''] },
    { grammar: 'root ::= ("a" |\n "b" # or\n "c"\n)+ "d"', yes: ['ad', 'bcad'], no: ['bd', 'd'] },
    { grammar: '# one\nroot ::= item # two\r\nitem ::= "x" | "y"', yes: ['x', 'y'], no: ['xy'] },
    { grammar: 'root ::=\n  "a" b-1\n\nb-1 ::= "b"', yes: ['ab'], no: ['a'] },
    { grammar: 'root ::= "a"\nroot ::= "b"', yes: ['b'], no: ['a'] },
    { grammar: 'root ::= "(" root ")" | ""', yes: ['', '(((())))'], no: ['(', '())'] },
    { grammar: 'root ::= x x "b"\nx ::= "a" | ', yes: ['b', 'ab', 'aab'], no: ['aaab'] },
  ])('$grammar', ({ grammar, yes, no }) => {
    for (const text of yes) expect([text, derives(grammar, text)]).toEqual([text, true]);
    for (const text of no) expect([text, derives(grammar, text)]).toEqual([text, false]);
  });

  it.each<{ grammar: string; yes: string[]; no: string[] }>([
    { grammar: 'root ::= ("a"*)*', yes: ['', 'aaa'], no: ['b'] },
    { grammar: 'root ::= ("a" | "b"*)* "c"', yes: ['c', 'abbac'], no: ['', 'abcc'] },
    { grammar: 'root ::= ("a"?){3,5}', yes: ['', 'aaaaa'], no: ['aaaaaa'] },
    { grammar: 'root ::= ("a"? "b"?)+', yes: ['', 'ba', 'abba'], no: ['c'] },
    { grammar: 'root ::= (("a"*)+)* "b"', yes: ['b', 'aab'], no: ['', 'a'] },
    { grammar: 'root ::= (e e){2}\ne ::= "a" |', yes: ['', 'aaaa'], no: ['aaaaa'] },
    { grammar: 'root ::= (e "b"?)* "c"\ne ::= f?\nf ::= "a"*', yes: ['c', 'baabc'], no: ['ab'] },
    { grammar: 'root ::= ("" | "a"){2,}', yes: ['', 'a', 'aaa'], no: ['b'] },
    { grammar: 'root ::= e* "x" e{3}\ne ::= ""', yes: ['x'], no: ['', 'xx'] },
    {
      grammar: 'root ::= ("(" root ")")* | root2\nroot2 ::= "a"? root3*\nroot3 ::= "b"*',
      yes: ['', '(ab)()', 'abb'],
      no: ['(', 'aa'],
    },
  ])('takes what may be empty within a repetition: $grammar', ({ grammar, yes, no }) => {
    for (const text of yes) expect([text, derives(grammar, text)]).toEqual([text, true]);
    for (const text of no) expect([text, derives(grammar, text)]).toEqual([text, false]);
  });

  it.each([
    ['', "there is no rule 'root'"],
    ['start ::= "a"', "there is no rule 'root'"],
    ['root ::= other', "the rule 'other' is used but not defined"],
    ['root = "a"', "line 1, column 6: expecting '::='"],
    ['root ::= "a"\n  ?? ', "line 2, column 3: expecting a rule's name"],
    ['root ::= "a" )', 'line 1, column 14: expecting the end of the line'],
    ['root ::= ("a"', "expecting ')'"],
    ['root ::= "a', 'unexpected end of input'],
    ['root ::= [a', 'unexpected end of input'],
    ['root ::= "\\q"', "unknown escape '\\q'"],
    ['root ::= "\\u12"', 'expecting 4 hexadecimal digits'],
    ['root ::= *', 'expecting the end of the line'],
    ['root ::= "" *', 'nothing comes before the repetition'],
    ['root ::= "a"{,3}', 'expecting a number'],
    ['root ::= "a"{3', "expecting '}'"],
    ['root ::= "a"{3,2}', 'at least 3 and at most 2'],
    ['root ::= "a"{99999999999999999999,}', 'ask for at most 9007199254740991'],
    ['root ::= <think>', 'tokens are not supported'],
    [`root ::= ${'('.repeat(300)}`, 'more than 250 groups'],
  ])('refuses %s', (grammar, reason) => {
    expect(() => parseGrammar(grammar)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: expect.stringMatching(/^Failed to initialize samplers: failed to parse grammar/),
      }),
    );
    expect(() => parseGrammar(grammar)).toThrow(reason);
  });

  it.each([
    ['root ::= root "a" | "b"', "the rule 'root' begins with itself;"],
    ['root ::= "(" a\na ::= b\nb ::= a | "x"', /the rule '(a' begins with itself through 'b'|b' .* 'a');/],
    ['root ::= e root\ne ::= "" | "a"', "the rule 'root' begins with itself;"],
    ['root ::= f root | "b"\nf ::= e e\ne ::= "a"*', "the rule 'root' begins with itself;"],
    [
      'root ::= "a" list\nlist ::= (item | (list)? ",")*\nitem ::= "x"',
      "the rule 'list' begins with itself;",
    ],
    ['root ::= "x"\nunused ::= unused', "the rule 'unused' begins with itself;"],
  ])('refuses the left recursion of %s', (grammar, reason) => {
    expect(() => parseGrammar(grammar)).toThrow(reason);
  });

  it('accepts long chains of rules in any order', () => {
    const n = 20_000;
    const chain = Array.from({ length: n }, (_, i) => `r${i} ::= r${i + 1}`);
    const grammar = ['root ::= r0', ...chain, `r${n} ::= "a"?`].join('\n');
    expect(parseGrammar(grammar).rules).toHaveLength(n + 2);
  });
});
