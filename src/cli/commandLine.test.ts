import { describe, expect, it } from 'vitest';
import { helpText, readCommandLine, type ServeOptions } from './commandLine.ts';
import { FLAGS } from './flags.ts';

function serveOptions(args: readonly string[]): ServeOptions {
  const command = readCommandLine(['serve', '-m', 'a.gguf', ...args]);
  if (command.kind !== 'serve') throw new Error(`read as ${command.kind}`);
  return command.options;
}

describe('readCommandLine', () => {
  it("leaves to the engine what is not given, and names the model's path", () => {
    expect(serveOptions([])).toEqual({
      host: '127.0.0.1',
      port: 8080,
      browser: { headed: false, args: [], attach: false },
      engine: { model: 'a.gguf', alias: 'a.gguf' },
    });
  });

  it('does not need the word serve', () => {
    expect(readCommandLine(['-m', 'a.gguf'])).toEqual(readCommandLine(['serve', '-m', 'a.gguf']));
  });

  it.each([
    ['-md b.gguf', { modelDraft: 'b.gguf' }],
    ['--model-draft b.gguf', { modelDraft: 'b.gguf' }],
    ['-c 512', { nCtx: 512 }],
    ['--ctx_size 512', { nCtx: 512 }],
    ['-c 512 -c 0', {}],
    ['-np 4', { nSlots: 4 }],
    ['--parallel -1', {}],
    ['-b 32', { nBatch: 32 }],
    ['--batch-size 32', { nBatch: 32 }],
    ['-n -1', { nPredict: -1 }],
    ['--n-predict 7', { nPredict: 7 }],
    ['--temp 0.5', { temperature: 0.5 }],
    ['--temp 1e-3', { temperature: 0.001 }],
    ['-s 42', { seed: 42 }],
    ['--seed 1 --seed 2', { seed: 2 }],
    ['--spec-draft-n-max 8', { draftMax: 8 }],
    ['--draft-max 8', { draftMax: 8 }],
    ['--spec-draft-n-min 2', { draftMin: 2 }],
    ['--draft-min 2', { draftMin: 2 }],
    ['--spec-draft-p-min 0.75', { pMin: 0.75 }],
    ['--draft-p-min 0.75', { pMin: 0.75 }],
    ['--context-shift', { ctxShift: true }],
    ['--context-shift --no-context-shift', { ctxShift: false }],
    ['-ctk f32', { cacheType: 'f32' }],
    ['-ctv f16 -ctk f16', { cacheType: 'f16' }],
    ['-a name', { alias: 'name' }],
  ])('reads %s', (line, engine) => {
    expect(serveOptions(line.split(' ')).engine).toEqual({ model: 'a.gguf', alias: 'a.gguf', ...engine });
  });

  it('reads where to listen and which browser to take', () => {
    const line =
      '--host 0.0.0.0 --port 0 --browser /b --headed --browser-arg --x=1 --browser-arg --y --attach';
    expect(serveOptions(line.split(' '))).toMatchObject({
      host: '0.0.0.0',
      port: 0,
      browser: { path: '/b', headed: true, args: ['--x=1', '--y'], attach: true },
    });
  });

  it.each([
    ['--foo', 'invalid argument: --foo'],
    ['--port=80', 'invalid argument: --port=80'],
    ['models', 'invalid argument: models'],
    ['serve', 'invalid argument: serve'],
    ['-c', 'expected value for argument: -c N'],
    ['-c 1.5', 'invalid value for argument: -c 1.5'],
    ['-c 0x10', 'invalid value for argument: -c 0x10'],
    ['--temp warm', 'invalid value for argument: --temp warm'],
    ['--port 65536', 'invalid value for argument: --port 65536'],
    ['-ctk q8_0', 'invalid value for argument: -ctk q8_0'],
    ['-ctk f16 -ctv f32', '-ctk f16 and -ctv f32 differ'],
  ])('refuses %s', (line, message) => {
    expect(() => serveOptions(line.split(' '))).toThrow(message);
  });

  it('refuses to serve without a model', () => {
    expect(() => readCommandLine(['serve'])).toThrow('no model');
  });

  it.each([
    [['--help'], 'help'],
    [['serve', '-h'], 'help'],
    [['--version'], 'version'],
  ])('reads %j as %s, without a model', (args, kind) => {
    expect(readCommandLine(args)).toEqual({ kind });
  });
});

describe('flags', () => {
  it('have a spelling each of their own, and all are in the help', () => {
    const names = FLAGS.flatMap(flag => flag.names);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(helpText()).toContain(name);
  });
});
