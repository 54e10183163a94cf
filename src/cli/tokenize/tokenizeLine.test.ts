import { describe, expect, it } from 'vitest';
import { readTokenizeLine, tokenizeHelp } from './tokenizeLine.ts';

const read = (line: string) => readTokenizeLine(line.split(' '));

describe('foretoken tokenize', () => {
  it("has llama-tokenize's defaults", () => {
    expect(read('-m x.gguf -p hello')).toEqual({
      model: 'x.gguf',
      source: { kind: 'argument', text: 'hello' },
      idsOnly: false,
      showCount: false,
      addSpecial: true,
      parseSpecial: true,
      escapes: true,
    });
  });

  it.each([
    ['--model x --prompt a', { source: { kind: 'argument', text: 'a' } }],
    ['-m x -f a.txt', { source: { kind: 'file', path: 'a.txt' } }],
    ['-m x --stdin --ids', { source: { kind: 'stdin' }, idsOnly: true }],
    ['-m x --jsonl', { source: { kind: 'jsonl' } }],
    ['-m x -p a --no-bos --no-parse-special', { addSpecial: false, parseSpecial: false }],
    ['-m x -p a --show-count --no-escape --log-disable', { showCount: true, escapes: false }],
  ])('reads %s', (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  it.each([
    ['-p a', /no model; name a GGUF file with -m FILE/],
    ['-m x', /no text; give -p TEXT, -f FILE, --stdin or --jsonl/],
    ['-m x -p a --stdin', /exclude each other/],
    ['-m x -p', /expected value for argument: -p TEXT; see foretoken tokenize --help/],
    ['-m x -p a --idz', /invalid argument: --idz; see foretoken tokenize --help/],
    ['-m x a', /invalid argument: a/],
  ])('refuses %s in one line', (line, message) => {
    expect(() => read(line)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: expect.stringMatching(message) }),
    );
  });

  it('prints help instead of anything else', () => {
    expect(read('-p a -h')).toBe(null);
    expect(tokenizeHelp()).toContain('--no-parse-special');
  });
});
