import { describe, expect, it } from 'vitest';
import type { Option } from '../protocol/options/option.ts';
import { withDefaults } from '../protocol/options.ts';
import { completionFields } from '../server/params/completionFields.ts';
import { tokenizer } from '../server/testing/testServer.ts';
import { FLAGS, helpText, readCommandLine, type ServeOptions } from './commandLine.ts';
import { HINTS } from './flags/hints.ts';
import { REFUSALS } from './flags/refusals.ts';
import { REQUEST_FIELDS } from './flags/requestFields.ts';

/** Variables that llama-server reads, and the Hub's. */
const VARIABLES = `
HF_TOKEN LLAMA_API_KEY LLAMA_ARG_ALIAS LLAMA_ARG_API_KEY_FILE LLAMA_ARG_BATCH LLAMA_ARG_CACHE_IDLE_SLOTS
LLAMA_ARG_CACHE_PROMPT LLAMA_ARG_CACHE_RAM LLAMA_ARG_CACHE_REUSE LLAMA_ARG_CACHE_TYPE_K
LLAMA_ARG_CACHE_TYPE_V LLAMA_ARG_CHAT_TEMPLATE LLAMA_ARG_CHAT_TEMPLATE_FILE LLAMA_ARG_CHAT_TEMPLATE_KWARGS
LLAMA_ARG_CONTEXT_SHIFT LLAMA_ARG_CONT_BATCHING LLAMA_ARG_CORS_CREDENTIALS LLAMA_ARG_CORS_HEADERS
LLAMA_ARG_CORS_METHODS LLAMA_ARG_CORS_ORIGINS LLAMA_ARG_CTX_CHECKPOINTS LLAMA_ARG_CTX_SIZE LLAMA_ARG_EMBEDDINGS
LLAMA_ARG_ENDPOINT_METRICS LLAMA_ARG_ENDPOINT_PROPS LLAMA_ARG_ENDPOINT_SLOTS LLAMA_ARG_FREQUENCY_PENALTY
LLAMA_ARG_HF_FILE LLAMA_ARG_HF_REPO LLAMA_ARG_HOST LLAMA_ARG_JINJA LLAMA_ARG_KV_UNIFIED LLAMA_ARG_MIN_P
LLAMA_ARG_MODEL LLAMA_ARG_MODEL_URL LLAMA_ARG_N_PARALLEL LLAMA_ARG_N_PREDICT LLAMA_ARG_OFFLINE
LLAMA_ARG_POOLING LLAMA_ARG_PORT LLAMA_ARG_PREFILL_ASSISTANT LLAMA_ARG_PRESENCE_PENALTY LLAMA_ARG_REASONING
LLAMA_ARG_REASONING_EFFORT LLAMA_ARG_REPEAT_PENALTY LLAMA_ARG_SPEC_DRAFT_HF_REPO LLAMA_ARG_SPEC_DRAFT_MODEL
LLAMA_ARG_SPEC_DRAFT_N_MAX LLAMA_ARG_SPEC_DRAFT_N_MIN LLAMA_ARG_SPEC_DRAFT_P_MIN LLAMA_ARG_SPEC_SYNTH_LEN
LLAMA_ARG_SPEC_SYNTH_RATES LLAMA_ARG_SPEC_TYPE LLAMA_ARG_SSE_PING_INTERVAL LLAMA_ARG_TAGS
LLAMA_ARG_TEMPERATURE LLAMA_ARG_THINK LLAMA_ARG_THINK_BUDGET LLAMA_ARG_THINK_BUDGET_MESSAGE
LLAMA_ARG_TIMEOUT LLAMA_ARG_TOP_K LLAMA_ARG_TOP_P LLAMA_ARG_UBATCH LLAMA_ARG_UI
`.trim();

/** Flags of llama-server. */
const KNOWN_FLAGS = `
--alias --api-key --api-key-file --backend-sampling --batch-size --cache-idle-slots --cache-prompt
--cache-ram --cache-reuse --cache-type-k --chat-template --chat-template-file --chat-template-kwargs
--cont-batching --context-shift --cors-origins --ctx-size --draft --draft-max --draft-min --draft-n
--draft-n-min --draft-p-min --draft-p-split --embd-normalize --embedding --fit --flash-attn --grammar
--hf-file --hf-repo --hf-repo-draft --host --ignore-eos --jinja --json-schema --keep --kv-unified
--kv-unified-per-slot --logit-bias --lookup-cache-dynamic --lora --lora-init-without-apply --lora-scaled --mcp-servers-config
--mcp-servers-json --media-path --metrics --min-p --mirostat --mmproj-url --model --model-draft --model-url
--models-dir --models-max --models-preset --n-gpu-layers --n-predict --no-cont-batching --no-context-shift
--no-jinja --no-kv-unified --no-mmproj --no-models-autoload --no-slots --no-ui --offline --parallel
--pooling --port --predict --prefill-assistant --props --reasoning --reasoning-budget --reasoning-format
--rerank --reranking --reverse-prompt --sampler-seq --samplers --seed --sleep-idle-seconds
--slot-prompt-similarity --slot-save-path --slots --spec-default --spec-draft-hf --spec-draft-model
--spec-draft-n-max --spec-draft-n-min --spec-draft-ngl --spec-draft-p-min --spec-draft-p-split
--spec-draft-threads --spec-synth-len --spec-synth-rates --spec-type --spm-infill --sse-ping-interval
--swa-full --tags --temp --temperature --threads --threads-http --timeout --tools --tools-runtime --top-k
--top-n-sigma --top-p --typical-p --ubatch-size --ui --ui-mcp-proxy --verbose --verbosity --warmup --webui
-a -b -bs -c -cb -cram -ctk -ctv -fa -hf -hfd -hff -hfr -hfrd -kvu -lcd -lv -m -md -mu -n -ngl -ngld -nocb -np -r
-rea -s -sps -t -td -to -ub -v
`.trim();

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
      drainSeconds: 0,
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
    [
      '-hf org/a:Q8_0 -hfd org/b',
      { kind: 'hub', repo: 'org/a:Q8_0' },
      { kind: 'hub', repo: 'org/b', sidecar: 'preferred' },
    ],
    [
      '-hf org/a --spec-type draft-mtp',
      { kind: 'hub', repo: 'org/a' },
      { kind: 'hub', repo: 'org/a', sidecar: 'only' },
    ],
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
    ['--spec-type ngram-map-k4v,ngram-cache', { specType: ['ngram-map-k4v', 'ngram-suffix'] }],
    ['--spec-ngram-map-k4v-min-hits 2', { ngramMapK4vMinHits: 2 }],
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
    ['-lcd a.bin', { lookupCache: 'a.bin' }],
    ['--lookup-cache-dynamic a.bin', { lookupCache: 'a.bin' }],
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
    ['-ctk f16 -ctk f32', { cacheType: 'f32' }],
    [
      '--spec-type ngram-mod --spec-default --spec-ngram-mod-n-min 2',
      { specType: ['ngram-mod', 'ngram-mod'], ngramModNMatch: 24, ngramModNMin: 2, ngramModNMax: 64 },
    ],
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
      '--host 0.0.0.0,:: --timeout 5 --drain-seconds 9 --port 0 --browser /b --headed --browser-arg --x=1 --browser-arg --y --attach';
    expect(serveOptions(line.split(' '))).toMatchObject({
      hosts: ['0.0.0.0', '::'],
      timeoutSeconds: 5,
      drainSeconds: 9,
      port: 0,
      browser: { path: '/b', headed: true, args: ['--x=1', '--y'], attach: true },
    });
  });

  it.each([
    ['--foo', 'invalid argument: --foo; see foretoken --help'],
    ['--port=80', 'invalid argument: --port=80; see foretoken --help'],
    ['models', 'invalid argument: models; see foretoken --help'],
    ['serve', 'invalid argument: serve; see foretoken --help'],
    ['-c', 'expected value for argument: -c N'],
    ['-c 1.5', 'invalid value for argument: -c 1.5'],
    ['-c 0x10', 'invalid value for argument: -c 0x10'],
    ['--temp warm', 'invalid value for argument: --temp warm'],
    ['--port 65536', 'invalid value for argument: --port 65536'],
    ['-ctk q8_0', 'invalid value for argument: -ctk q8_0'],
    [
      '--spec-type ngram-simple,draft-dflash',
      '--spec-type draft-dflash is not supported: this kind of speculation is not built; give none or draft-simple or',
    ],
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
    ['--host ,', 'invalid value for argument: --host , (give a text that is not empty)'],
    ['-np 0', 'invalid value for argument: -np 0 (give a whole number from 1 to 256)'],
    ['--draft-p-min 2', 'invalid value for argument: --draft-p-min 2 (give a number from 0 to 1)'],
    ['--chat-template-kwargs 1', 'invalid value for argument: --chat-template-kwargs 1 (give an object)'],
  ])('refuses %s', (line, message) => {
    expect(() => serveOptions(line.split(' '))).toThrow(message);
  });

  it('refuses to serve without a model', () => {
    expect(() => readCommandLine(['serve'])).toThrow('no model');
  });

  it.each([
    [['--help'], 'help'],
    [['help'], 'help'],
    [['help', 'serve'], 'help'],
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
    [
      { AIP_MODE: 'PREDICTION', AIP_HTTP_PORT: '7' },
      { port: 7, engine: { predictRoute: '/predict' } },
    ],
    // A secret that a workflow does not have is an empty variable.
    [{ HF_TOKEN: '', LLAMA_ARG_PORT: '' }, { port: 8080 }],
    [{ LLAMA_ARG_CACHE_TYPE_V: 'f32' }, { engine: { cacheType: 'f32' } }],
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
    [{ AIP_MODE: 'PREDICTION', AIP_HTTP_PORT: 'x' }, 'AIP_HTTP_PORT'],
    [{ LLAMA_ARG_CACHE_TYPE_K: 'f32', LLAMA_ARG_CACHE_TYPE_V: 'f16' }, 'differ'],
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

  it('have the variables of llama-server', () => {
    const variables = FLAGS.flatMap(({ flag }) => flag.env ?? []);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables.toSorted()).toEqual(VARIABLES.split(/\s+/).toSorted());
  });

  it('of llama-server are known by name: set, ignored or refused with a reason', () => {
    const names = [...FLAGS, ...HINTS, ...REFUSALS].flatMap(flag => flag.names);
    const known = new Set([...names, ...FLAGS.flatMap(({ offNames }) => offNames)]);
    expect(KNOWN_FLAGS.split(/\s+/).filter(name => !known.has(name))).toEqual([]);
  });

  it('for fields of requests have the defaults of the server', () => {
    const fields = Object.values(completionFields(withDefaults({}), tokenizer, 1));
    for (const [name, row] of Object.entries<Option<unknown>>(REQUEST_FIELDS)) {
      const field = fields.find(({ names }) => names.includes(name));
      expect(field, name).toBeDefined();
      if (row.default !== undefined) expect({ [name]: field?.fallback }).toEqual({ [name]: row.default });
    }
  });
});
