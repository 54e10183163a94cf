import { describe, expect, it } from 'vitest';
import { derives } from '../../../engine/grammar/testVocabulary.ts';
import { schemaToGrammar } from './schemaToGrammar.ts';

const TEXTS = [
  '',
  'a',
  'b',
  'ab',
  'ba',
  'abc',
  'bc',
  'xaby',
  'a1',
  '1',
  '12',
  'a b',
  ' ',
  'A',
  'é',
  'Ω',
  '"',
  '\\',
  'a\nb',
  '\n',
  '\t',
  '\u0001',
  'a.json',
  '.json',
  'http://x',
  'https://y.z',
  'ftp://x',
  '-',
  '_',
  'a-b',
  'aaa',
  'aaaa',
  '😀',
  '{a}',
  '日本',
];
/** Lengths of some of the texts. */
const LENGTHS = [
  { minLength: 0, maxLength: 20 },
  { minLength: 1, maxLength: 3 },
];

describe('a pattern of a JSON schema', () => {
  it.each<[string, string]>([
    ['without anchors', '[a-z]+'],
    ['with an end alone', '\\.json$'],
    ['with a start alone', '^https?://'],
    ['with both', '^[a-c]+$'],
    ['with anchors in both alternatives', '^a$|^b$'],
    ['with one anchor in each alternative', '^a|b$'],
    ['with anchors in a group', '(^a$)'],
    ['with an anchor in one alternative of a group', '(^|b)a'],
    ['with anchors that stand where none can', 'a^b|b$c'],
    ['with an anchor twice', '^^a$$'],
    ['that finds nothing', '^$'],
    ['that is empty', ''],
    ['with a repetition of what may be empty', '^(a|b*)*$'],
    ['with a repetition of a repetition', '^(a?b?){2,3}$'],
    ['with a class of what is not white space', '\\S'],
    ['with that class in brackets', '^[\\S]$'],
    ['with classes of everything else', '^\\D\\W?$'],
    ['with a dot, which is no line end', '^.$'],
    ['with a negated class, which knows line ends', '^[^a]$'],
    ['with white space', '^a\\sb$'],
    ['with a named group', '^(?<first>a)(?:b)$'],
    ['with letters by their property', '^\\p{L}+$'],
    ['with a script', '\\p{Script=Greek}'],
    ['with all but letters', '^\\P{L}$'],
    ['with a property in a class', '^[\\p{Lu}\\d]+$'],
    ['with escapes', '^["\\\\\\n\\t]$'],
    ['with code points', '^[\\u00e9\\u{1F600}\\x41]$'],
    ['with a pair of surrogates', '^\\uD83D\\uDE00$'],
    ['with control characters', '^[\\x00-\\x1f]$'],
    ['with counts', '^a{3}$|^a{4,}$|^b{0}$'],
    ['with lazy quantifiers', '^a+?b??$'],
    ['with a hyphen at the end of a class', '^[a-]$'],
    ['with any text', '^[\\s\\S]*$'],
    ['with nothing', '[]'],
    ['with alternatives that are empty', '^(a|)b?$'],
  ])("%s matches the same texts as JavaScript's regular expression: %s", (_, pattern) => {
    const regex = new RegExp(pattern, 'u');
    for (const { minLength, maxLength } of LENGTHS) {
      const found = TEXTS.filter(text => {
        const { length } = [...text];
        return regex.test(text) && length >= minLength && length <= maxLength;
      });
      const convert = () => schemaToGrammar({ type: 'string', pattern, minLength, maxLength });
      if (found.length === 0) expect(convert).toThrow('#: pattern, maxLength: no value fits');
      else {
        const grammar = convert();
        expect(TEXTS.filter(text => derives(grammar, JSON.stringify(text)))).toEqual(found);
      }
    }
    const alone = TEXTS.filter(text => regex.test(text));
    if (alone.length > 0) {
      const grammar = schemaToGrammar({ type: 'string', pattern });
      expect(TEXTS.filter(text => derives(grammar, JSON.stringify(text)))).toEqual(alone);
    }
  });

  it.each<[string, string]>([
    ['^(?=a)b', '"^(?=a)b" has (?=, which a grammar cannot say'],
    ['a(?!b)', '"a(?!b)" has (?!, which a grammar cannot say'],
    ['(?<=a)b', '"(?<=a)b" has (?<=, which a grammar cannot say'],
    ['(?<!a)b', '"(?<!a)b" has (?<!, which a grammar cannot say'],
    ['(?i)a', '"(?i)a" has (?, which a grammar cannot say'],
    ['a\\b', '"a\\\\b" has \\b, which a grammar cannot say'],
    ['a\\B', '"a\\\\B" has \\B, which a grammar cannot say'],
    ['(a)\\1', '"(a)\\\\1" has \\1, which a grammar cannot say'],
    ['(?<n>a)\\k<n>', '"(?<n>a)\\\\k<n>" has \\k, which a grammar cannot say'],
    ['\\p{Nothing}', '"\\\\p{Nothing}" has \\p{Nothing}, which a grammar cannot say'],
    ['(a', '"(a" has unbalanced parentheses'],
    ['a)', '"a)" has unbalanced parentheses'],
    ['[a', '"[a" has unbalanced square brackets'],
    ['[b-a]', '"[b-a]" has a range of characters out of order'],
    ['*a', '"*a" has nothing before \'*\''],
    ['a**', '"a**" has nothing before \'*\''],
    ['a{2,1}', '"a{2,1}" has a repetition out of order'],
    ['^*', '"^*" repeats an anchor'],
    ['((a{1000}){1000}){1000}', 'repeats too often for a grammar'],
    ['(a|b)*a(a|b){12}', 'maxLength is too large beside pattern'],
  ])("%s is refused with its path; in a tool's schema it is dropped", (pattern, message) => {
    const schema = {
      type: 'object',
      properties: { p: { type: 'string', pattern, maxLength: 20 } },
      required: ['p'],
    };
    const said = message.startsWith('maxLength') ? message : `pattern ${message}`;
    expect(() => schemaToGrammar(schema)).toThrow(`JSON schema error at #/properties/p: ${said}`);
    const lenient = schemaToGrammar(schema, 'lenient');
    expect(derives(lenient, '{"p":"aaaaaaaaaaaaaa"}')).toBe(true);
    expect(derives(lenient, '{"p":1}')).toBe(false);
    expect(derives(lenient, '{}')).toBe(false);
  });
});
