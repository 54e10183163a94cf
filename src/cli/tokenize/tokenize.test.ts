import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type TypedValue, writeGguf } from '../../gguf/index.ts';
import { withoutEscapes } from './escapes.ts';
import { tokenize } from './tokenize.ts';
import { readTokenizeLine } from './tokenizeLine.ts';

const STORIES = fileURLToPath(
  new URL('../../../public/models/foretoken-stories-draft-q4_0.gguf', import.meta.url),
);

/** Output of the command. */
async function run(args: readonly string[], input = '', model = STORIES) {
  const options = readTokenizeLine(['-m', model, ...args]);
  if (!options) throw new Error('help');
  const decoder = new TextDecoder();
  const printed = { output: '', warnings: [] as string[] };
  const bytes = new TextEncoder().encode(input);
  await tokenize(options, {
    // Two pieces, which cut lines and characters.
    input: (async function* () {
      yield bytes.subarray(0, 13);
      yield bytes.subarray(13);
    })(),
    write: output => {
      printed.output += typeof output === 'string' ? output : decoder.decode(output, { stream: true });
    },
    warn: line => printed.warnings.push(line),
  });
  return printed;
}

describe('foretoken tokenize', () => {
  it('prints id and text of each token', async () => {
    const { output } = await run(['-p', 'Once upon a time', '--show-count']);
    const lines = output.split('\n');
    expect(lines[0]).toBe("     1 -> '<s>'");
    expect(lines.at(-2)).toMatch(/^Total number of tokens: \d+$/);
    expect(lines.slice(1, -2).every(line => /^ *\d+ -> '.*'$/.test(line))).toBe(true);
  });

  it('prints only ids, the same from an argument, a file and standard input', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'tokenize-')), 'text.txt');
    writeFileSync(path, 'é</s>日 a b c d');
    const { output } = await run(['-f', path, '--ids']);
    expect(output).toMatch(/^\[1(, \d+)+\]\n$/);
    expect((await run(['--stdin', '--ids'], 'é</s>日 a b c d')).output).toBe(output);
    expect((await run(['-p', 'é</s>日 a b c d', '--ids'])).output).toBe(output);
    expect((await run(['-p', 'é</s>日 a b c d', '--ids', '--no-bos'])).output).toBe(
      output.replace('1, ', ''),
    );
    expect((await run(['-p', 'a</s>', '--ids', '--no-parse-special'])).output).not.toMatch(/, 2\]/);
  });

  it('reads escapes unless told not to', async () => {
    const plain = await run(['-p', 'a\nb', '--ids', '--no-escape']);
    expect(await run(['-p', 'a\\nb', '--ids'])).toEqual(plain);
    expect(await run(['-p', 'a\\nb', '--ids', '--no-escape'])).not.toEqual(plain);
  });

  it('answers each line of JSON', async () => {
    const requests = [
      { content: 'a\u2028b' },
      { content: 'a</s>', add_special: true, parse_special: true },
      { content: 'a</s>', parse_special: false },
      { tokens: [1] },
    ];
    const { output } = await run(['--jsonl'], requests.map(request => JSON.stringify(request)).join('\n'));
    const answers = output
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(answers).toHaveLength(4);
    expect(answers[1].tokens).toEqual([1, ...answers[1].tokens.slice(1, -1), 2]);
    expect(answers[2].tokens).not.toContain(2);
    expect(answers[3]).toEqual({ content: '' });
    const back = await run(['--jsonl'], JSON.stringify({ tokens: answers[0].tokens }));
    expect(JSON.parse(back.output)).toEqual({ content: 'a\u2028b' });
  });

  it.each([
    ['nonsense', /line 2: it is no JSON object/],
    ['[1]', /line 2: an object must have a text as "content", or a list of ids as "tokens"/],
    ['{"tokens":[0,1000000]}', /line 2: "tokens" has 1000000 at 1, but ids are from 0 to \d+/],
    ['{"content":"a","add_special":1}', /line 2: "add_special" must be true or false/],
  ])('says which line is wrong: %s', async (line, message) => {
    await expect(run(['--jsonl'], `{"content":"a"}\n${line}\n`)).rejects.toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringMatching(message) }),
    );
  });

  it('reports files and requests that it cannot read', async () => {
    await expect(run(['-p', 'a'], '', '/nowhere.gguf')).rejects.toThrow(
      /cannot read \/nowhere\.gguf: ENOENT/,
    );
    await expect(run(['-f', '/nowhere.txt'])).rejects.toThrow(/cannot read \/nowhere\.txt: ENOENT/);
    await expect(run(['-p', 'a'], '', tmpdir())).rejects.toThrow(/it is no file/);
    await expect(run(['-p', 'a'], '', fileURLToPath(import.meta.url))).rejects.toThrow(/not with "GGUF"/);
  });

  it('works on a file with a vocabulary and no tensors, and warns of missing metadata', async () => {
    const strings = (value: readonly string[]): TypedValue => ({ type: 'array', of: 'string', value });
    const bytes = writeGguf({
      metadata: {
        'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
        'tokenizer.ggml.tokens': strings(['a', 'b', 'ab']),
        'tokenizer.ggml.merges': strings(['a b']),
      },
      tensors: [],
    });
    const path = join(mkdtempSync(join(tmpdir(), 'tokenize-')), 'vocab.gguf');
    writeFileSync(path, bytes);
    const { output, warnings } = await run(['-p', 'aba', '--ids'], '', path);
    expect(output).toBe('[2, 0]\n');
    expect(warnings).toEqual([expect.stringMatching(/^warning: .*tokenizer\.ggml\.pre is missing/)]);
  });
});

describe('withoutEscapes', () => {
  it.each([
    ['a\\nb\\t\\r\\\\n', 'a\nb\t\r\\n'],
    ['\\\'\\"', '\'"'],
    ['\\xc3\\xA9\\x0a', 'é\n'],
    ['\\q \\x1 \\xzz \\', '\\q \\x1 \\xzz \\'],
    ['日\\n', '日\n'],
  ])('reads %j as %j', (text, expected) => {
    expect(withoutEscapes(text)).toBe(expected);
  });
});
