import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSpecBenchArguments } from './arguments.mjs';

const PROMPTS = '{"stories": ["Once"], "code": ["if (", "for ("]}';
const read = (...args: string[]) => readSpecBenchArguments(args, () => PROMPTS);

describe('the arguments of spec-bench', () => {
  it('have defaults', () => {
    expect(read()).toMatchObject({
      model: null,
      modelDraft: null,
      kinds: null,
      temperatures: [0, 0.8],
      runs: 3,
      nPredict: 64,
      prompts: JSON.parse(PROMPTS),
      options: {},
      json: null,
    });
  });

  it("accept llama.cpp's short flags", () => {
    expect(read('-m', 'a.gguf', '-md', 'b.gguf', '-n', '8')).toMatchObject({
      model: 'a.gguf',
      modelDraft: 'b.gguf',
      nPredict: 8,
    });
  });

  it('choose kinds, temperatures, categories and options of the server', () => {
    const args = ['--kinds', 'ngram-mod, ngram-mod+draft-simple', '--temperature', '0,1.5', '--only', '^co'];
    expect(read(...args, '--options', '{"draftMax": 8}')).toMatchObject({
      kinds: ['ngram-mod', 'ngram-mod+draft-simple'],
      temperatures: [0, 1.5],
      prompts: { code: ['if (', 'for ('] },
      options: { draftMax: 8 },
    });
  });

  it.each([
    [['--runs', '0'], '--runs is 0, but must be a whole number from 1'],
    [['--predict', '1.5'], '--predict is 1.5'],
    [['--temperature', '0,'], '--temperature has an empty value'],
    [['--temperature', '-1'], /temperature/],
    [['--only', 'poems'], '--only poems matches none of stories, code'],
    [['--options', '[]'], '--options must be a JSON object'],
    [['--options', '{'], '--options is not JSON'],
    [['--speed', '1'], /speed/],
  ] as const)('%j is refused', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it.each(['[]', '{"stories": []}', '{"stories": "Once"}', '{"stories": [1]}'])(
    'prompts like %s are refused',
    text => {
      expect(() => readSpecBenchArguments([], () => text)).toThrow(/prompts\.json/);
    },
  );

  it("the project's prompts are readable", () => {
    const { prompts } = readSpecBenchArguments([], path => readFileSync(path, 'utf8'));
    expect(Object.keys(prompts).length).toBeGreaterThan(4);
  });
});
