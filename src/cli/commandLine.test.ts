import { describe, expect, it } from 'vitest';
import { FLAGS, helpText, readCommandLine, type ServeOptions } from './commandLine.ts';
import { HINTS } from './flags/hints.ts';
import { REFUSALS } from './flags/refusals.ts';

/** Settings of the engine if the command line does not mention slots. */
const AUTO = { nSlots: 4, kvUnified: true };

function serveOptions(args: readonly string[]): ServeOptions {
  const command = readCommandLine(['serve', '-m', 'a.gguf', ...args]);
  if (command.kind !== 'serve') throw new Error(`read as ${command.kind}`);
  return command.options;
}

describe('readCommandLine', () => {
  it('leaves options to the engine that are not given, and names the model by its path', () => {
    expect(serveOptions([])).toEqual({
      hosts: ['127.0.0.1'],
      port: 8080,
      timeoutSeconds: 3600,
      cors: { origins: '*', methods: 'GET, POST, DELETE, OPTIONS', headers: '*', credentials: true },
      ui: true,
      browser: { headed: false, args: [], attach: false },
      model: { kind: 'file', path: 'a.gguf' },
      modelDraft: null,
      offline: false,
      engine: { ...AUTO, alias: 'a.gguf' },
    });
  });

  it.each([
    ['-m a.gguf -md b.gguf', { kind: 'file', path: 'a.gguf' }, { kind: 'file', path: 'b.gguf' }],
    ['-m a.gguf --model-draft b.gguf', { kind: 'file', path: 'a.gguf' }, { kind: 'file', path: 'b.gguf' }],
    ['-hf org/a:Q8_0 -hfd org/b', { kind: 'hub', repo: 'org/a:Q8_0' }, { kind: 'hub', repo: 'org/b' }],
    ['--hf-repo org/a -hff c/d.gguf', { kind: 'hub', repo: 'org/a', file: 'c/d.gguf' }, null],
    ['-mu https://e/f.gguf', { kind: 'url', url: 'https://e/f.gguf' }, null],
    ['-mu https://e/f.gguf -m g.gguf', { kind: 'url', url: 'https://e/f.gguf', path: 'g.gguf' }, null],
  ])('finds the models in %s', (line, model, modelDraft) => {
    const command = readCommandLine(line.split(' '));
    expect(command).toMatchObject({ options: { model, modelDraft, offline: false } });
  });

  it('passes on the offline mode and the token', () => {
    const options = serveOptions(['--offline', '--hf-token', 'hf_a']);
    expect(options).toMatchObject({ offline: true, hfToken: 'hf_a' });
  });

  it('does not need the word serve', () => {
    expect(readCommandLine(['-m', 'a.gguf'])).toEqual(readCommandLine(['serve', '-m', 'a.gguf']));
  });

  it.each([
    ['-md b.gguf', { draftRequired: false }],
    ['-c 512', { nCtx: 512 }],
    ['--ctx_size 512', { nCtx: 512 }],
    ['-c 512 -c 0', {}],
    ['-c 300', { nCtx: 512 }],
    ['-np 2', { nSlots: 2, kvUnified: undefined }],
    ['-np 2 -kvu', { nSlots: 2 }],
    ['-kvu --no-kv-unified', { kvUnified: false }],
    ['--kv-unified-per-slot 100', { kvUnifiedPerSlot: 100 }],
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
    ['--autotune', { autotune: true }],
    ['--no-autotune', { autotune: false }],
    ['--spec-adaptive', { draftAdaptive: true }],
    ['--no-spec-adaptive', { draftAdaptive: false }],
    ['--draft 8', { draftMax: 8 }],
    ['--draft-n 8', { draftMax: 8 }],
    ['--draft-n-min 2', { draftMin: 2 }],
    ['--spec-type draft-simple', { specType: ['draft-simple'] }],
    ['--spec-type ngram-mod,draft-simple', { specType: ['ngram-mod', 'draft-simple'] }],
    ['--spec-type ngram-mod --spec-type ngram-map-k', { specType: ['ngram-mod', 'ngram-map-k'] }],
    ['--spec-type ngram-mod,none', { specType: ['none'] }],
    [
      '--spec-type ngram-simple --spec-ngram-mod-n-max 5 --spec-default',
      { specType: ['ngram-simple', 'ngram-mod'], ngramModNMatch: 24, ngramModNMin: 48, ngramModNMax: 64 },
    ],
    ['--spec-ngram-simple-size-n 3 --spec-ngram-simple-min-hits 1', { ngramSimpleSizeN: 3 }],
    ['--spec-ngram-map-k-size-m 9', { ngramMapKSizeM: 9 }],
    ['--spec-synth-rates 1,0.5,0.25', { specSynthRates: [1, 0.5, 0.25] }],
    ['--spec-synth-len 2.5', { specSynthLen: 2.5 }],
    ['--spec-draft-n-min 2', { draftMin: 2 }],
    ['--draft-min 2', { draftMin: 2 }],
    ['--spec-draft-p-min 0.75', { pMin: 0.75 }],
    ['--draft-p-min 0.75', { pMin: 0.75 }],
    ['--context-shift', { ctxShift: true }],
    ['--context-shift --no-context-shift', { ctxShift: false }],
    ['-cram 100', { cacheRam: 100 }],
    ['--cache-ram -1 --no-cache-idle-slots', { cacheRam: -1, cacheIdleSlots: false }],
    ['--cache-reuse 256', { cacheReuse: 256 }],
    ['--slot-save-path dir', { slotSavePath: 'dir' }],
    ['-ctk f32', { cacheType: 'f32' }],
    ['-ctv f16 -ctk f16', { cacheType: 'f16' }],
    ['-a name', { alias: ['name'] }],
    ['--alias b,a', { alias: ['b', 'a'] }],
    ['--tags x,y', { tags: ['x', 'y'] }],
    ['--top-k 5 --top-p 0.5', { requestDefaults: { top_k: 5, top_p: 0.5 } }],
    ['-r a -r b', { requestDefaults: { stop: ['a', 'b'] } }],
    [
      '-l 5+1.5 --logit-bias 6-2',
      {
        requestDefaults: {
          logit_bias: [
            [5, 1.5],
            [6, -2],
          ],
        },
      },
    ],
    ['--samplers top_k;min-p', { requestDefaults: { samplers: ['top_k', 'min-p'] } }],
    ['--sampler-seq km', { requestDefaults: { samplers: 'km' } }],
    ['-j {"type":"object"}', { requestDefaults: { json_schema: { type: 'object' } } }],
    ['--ignore-eos --keep -1', { requestDefaults: { ignore_eos: true, n_keep: -1 } }],
    ['--embedding --pooling last', { embeddings: true, pooling: 'last' }],
    ['--embeddings --embd-normalize -1 -ub 64', { embeddings: true, embdNormalize: -1, nUbatch: 64 }],
    ['--spm-infill', { spmInfill: true }],
    ['--api-key a,b --api-key c', { apiKeys: ['a', 'b', 'c'] }],
    ['--no-slots --metrics --props', { slotsEndpoint: false, metricsEndpoint: true, propsEndpoint: true }],
    ['-nocb', { contBatching: false }],
    ['--no-jinja --chat-template llama3', { jinja: false, chatTemplate: 'llama3' }],
    [
      '--chat-template-kwargs {"a":1} --reasoning-effort low',
      { chatTemplateKwargs: { a: 1, reasoning_effort: 'low' } },
    ],
    ['--reasoning-effort default', {}],
    ['-rea off --reasoning-format none', { reasoning: 'off', reasoningFormat: 'none' }],
    [
      '--reasoning-budget 0 --reasoning-budget-message Enough',
      { reasoningBudget: 0, reasoningBudgetMessage: 'Enough' },
    ],
    ['--no-prefill-assistant', { prefillAssistant: false }],
    ['--threads 4 -fa off --swa-full --backend_sampling -ngl 99 -lv 3', {}],
  ])('reads %s', (line, engine) => {
    expect(serveOptions(line.split(' ')).engine).toEqual({ ...AUTO, alias: 'a.gguf', ...engine });
  });

  it('reads the addresses to listen on and the browser to use', () => {
    const line =
      '--host 0.0.0.0,:: --timeout 5 --port 0 --browser /b --headed --browser-arg --x=1 --browser-arg --y --attach';
    expect(serveOptions(line.split(' '))).toMatchObject({
      hosts: ['0.0.0.0', '::'],
      timeoutSeconds: 5,
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
    [
      '--spec-type ngram-cache',
      '--spec-type ngram-cache is not supported: this kind of speculation is not built; give none or draft-simple or',
    ],
    ['--spec-type ngram-simple,draft-mtp', '--spec-type draft-mtp is not supported'],
    ['--spec-type guess', 'invalid value for argument: --spec-type guess (give none or draft-simple or'],
    ['--spec-synth-rates 1,,1', 'invalid value for argument: --spec-synth-rates'],
    ['--spec-ngram-map-k-min-hits 0', 'invalid value for argument: --spec-ngram-map-k-min-hits 0'],
    ['--pooling rank', '--pooling rank is not supported: there is no reranking'],
    ['--pooling max', 'invalid value for argument: --pooling max'],
    ['--lora a.gguf', '--lora is not supported'],
    ['-mm', '-mm is not supported'],
    ['-t', 'expected value for argument: -t'],
    ['-l 5', 'invalid value for argument: -l 5'],
    ['-j {', 'invalid value for argument: -j {'],
    ['--grammar-file /nowhere', 'cannot read the file after --grammar-file'],
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

describe('the environment', () => {
  const read = (env: Record<string, string>, args: readonly string[] = ['-m', 'a.gguf']) => {
    const command = readCommandLine(args, env);
    return command.kind === 'serve' ? command.options : null;
  };

  it.each([
    [{ LLAMA_ARG_HOST: '0.0.0.0' }, { hosts: ['0.0.0.0'] }],
    [{ LLAMA_ARG_CTX_SIZE: '64' }, { engine: { nCtx: 256 } }],
    [{ LLAMA_ARG_JINJA: '0' }, { engine: { jinja: false } }],
    [{ LLAMA_ARG_ENDPOINT_METRICS: 'on' }, { engine: { metricsEndpoint: true } }],
    [{ LLAMA_ARG_ENDPOINT_METRICS: 'off' }, { engine: {} }],
    [{ UNRELATED: 'x' }, { hosts: ['127.0.0.1'] }],
  ])('%j counts', (env, options) => {
    expect(read(env)).toMatchObject(options);
  });

  it('ranks below a flag', () => {
    expect(read({ LLAMA_ARG_PORT: '1' }, ['-m', 'a.gguf', '--port', '2'])?.port).toBe(2);
  });

  it('names the model', () => {
    expect(read({ LLAMA_ARG_MODEL: 'b.gguf' }, [])?.model).toEqual({ kind: 'file', path: 'b.gguf' });
  });

  it.each([
    [{ LLAMA_ARG_PORT: 'x' }, 'LLAMA_ARG_PORT x'],
    [{ LLAMA_ARG_JINJA: 'maybe' }, 'LLAMA_ARG_JINJA: maybe'],
  ])('is refused where it makes no sense: %j', (env, message) => {
    expect(() => read(env)).toThrow(message);
  });
});

describe('flags', () => {
  it('have distinct spellings, all of which are in the help', () => {
    const hints = HINTS.flatMap(({ names }) => names);
    const own = FLAGS.flatMap(({ names, offNames }) => [...names, ...offNames]);
    const names = [...own, ...hints];
    const refused = REFUSALS.flatMap(refusal => refusal.names);
    expect(new Set([...names, ...refused]).size).toBe(names.length + refused.length);
    for (const name of names) expect(helpText()).toContain(name);
  });
});
