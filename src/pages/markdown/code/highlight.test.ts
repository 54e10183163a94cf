import { describe, expect, it } from 'vitest';
import { highlight } from './highlight.ts';

const CODE = [
  `const a = "<b>" + \`x\${f(1)}\`; // done & gone`,
  '<p class="a">text<style>b { color: red }</style><script>let c = 1</script></p>',
  'def f(x: int = 0x1f) -> str:\n    """text"""\n    return "a" # b',
  '{ "a": [1, true, null] }',
  '- old\n+ new',
  '"unclosed /* ( [ {',
  '`${`${`${`${',
];
const LANGUAGES =
  'bash sh c cpp cs css diff go ini toml java js jsx json kt py rs sql ts tsx html xml yaml wgsl'.split(' ');

describe('highlighting', () => {
  it('says what the parts of code are', () => {
    expect(highlight('js', 'let a = "<b>"; // c')).toEqual([
      { text: 'let', kind: 'keyword' },
      { text: ' a = ', kind: null },
      { text: '"<b>"', kind: 'string' },
      { text: '; ', kind: null },
      { text: '// c', kind: 'comment' },
    ]);
  });

  it('shows code within a string as code', () => {
    const runs = highlight('ts', `\`a\${b}\``) ?? [];
    expect(runs.map(({ kind }) => kind)).toEqual(['string', null, 'string']);
  });

  it('colours languages within others', () => {
    const runs = highlight('html', '<script>let a</script>') ?? [];
    expect(runs).toContainEqual({ text: 'let', kind: 'keyword' });
  });

  it.each(LANGUAGES)('keeps every character of code in %s', language => {
    for (const code of CODE) {
      const runs = highlight(language, code);
      expect(runs?.map(({ text }) => text).join('')).toBe(code);
    }
  });

  it.each(['', 'nothing', '__proto__', 'constructor', '"><script>'])('leaves %j plain', language => {
    expect(highlight(language, 'let a')).toBeNull();
  });

  it('leaves very long code plain', () => {
    expect(highlight('js', 'a'.repeat(60_000))).toBeNull();
  });
});
