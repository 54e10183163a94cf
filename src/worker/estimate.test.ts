import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type ByteSource, openGguf, type TypedValue, writeGguf } from '../gguf/index.ts';
import { openGpu } from '../gpu/device.ts';
import { FakeGpu, type FakeGpuOptions } from '../gpu/fakeGpu.ts';
import { LARGE_MODELS, type LargeFile, largeFile } from '../model/largeFile.ts';
import { loadModel } from '../model/loadModel.ts';
import { checkModel } from '../model/modelFile.ts';
import { ModelPair } from '../model/modelPair.ts';
import { withDefaults } from '../protocol/options.ts';
import type { WireOptions } from '../protocol/worker.ts';
import { batchRows } from './batchRows.ts';
import { estimateMemory } from './estimate.ts';
import { memoryOptions } from './memoryOptions.ts';
import { openSource } from './openSource.ts';
import { draftOf } from './speculation.ts';

vi.stubGlobal('GPUBufferUsage', {});
vi.stubGlobal('GPUShaderStage', {});
vi.stubGlobal('GPUMapMode', {});

const ROOT = resolve(import.meta.dirname, '../..');
const BUNDLED = join(ROOT, 'public/models');
/** Folder of tiny models of random weights, if it exists. */
const ZOO = process.env.FORETOKEN_ZOO ?? resolve(ROOT, '../shared/zoo');
const inZoo = (name: string) => existsSync(ZOO) && readdirSync(ZOO).includes(name);

const GIB = 2 ** 30;
const ROOMY = { limits: { maxBufferSize: 4 * GIB, maxStorageBufferBindingSize: 4 * GIB } };

function fileOf(path: string): File {
  return new File([readFileSync(path)], path.slice(path.lastIndexOf('/') + 1));
}

const MOE = fileOf(join(BUNDLED, 'foretoken-stories-moe-q4_0.gguf'));
const DRAFT = fileOf(join(BUNDLED, 'foretoken-stories-draft-q4_0.gguf'));

const estimate = (options: WireOptions, gpu: FakeGpuOptions = ROOMY, fetch?: typeof globalThis.fetch) =>
  estimateMemory(options, { gpu: new FakeGpu(gpu).asGpu(), ...(fetch && { fetch }) });

/** Shaders by name, as `loadModel` compiles them. */
function shaders(): Map<string, string> {
  const folder = join(ROOT, 'shaders');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.wgsl'),
  );
  return new Map(files.map(name => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Bytes of all buffers of a server after loading, on a GPU that only counts. */
async function loadedBytes(given: WireOptions, fakeGpu: FakeGpuOptions = ROOMY): Promise<number> {
  const gpu = await openGpu(shaders(), { gpu: new FakeGpu(fakeGpu).asGpu() });
  const options = { ...withDefaults(given), nBatch: batchRows(given.nBatch, gpu.report) };
  const draftSource = draftOf(options);
  const target = checkModel(await openSource(options.model, options, openGguf));
  const { memory } = memoryOptions(
    options,
    target.spec.nCtxTrain,
    draftSource === null ? null : 'draft-simple',
  );
  const model = await loadModel(gpu, target, memory);
  if (draftSource !== null) {
    const draft = await loadModel(gpu, checkModel(await openSource(draftSource, options, openGguf)), memory);
    await ModelPair.create(gpu, model, draft);
  }
  return gpu.allocatedBytes;
}

/** Server with ranges for files that exist only as they are read. */
function serving(files: Readonly<Record<string, ByteSource>>): typeof fetch {
  return async (input, init) => {
    const source = files[new URL(String(input)).pathname.slice(1)];
    if (!source) return new Response(null, { status: 404 });
    const [, from = '', to = ''] =
      /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range') ?? '') ?? [];
    const end = Math.min(Number(to) + 1, source.sizeBytes);
    const bytes = await source.read(Number(from), end - Number(from));
    return new Response(new Uint8Array(bytes), {
      status: 206,
      headers: { 'content-range': `bytes ${from}-${end - 1}/${source.sizeBytes}` },
    });
  };
}

describe('an estimate is what the server takes after loading, to the byte', () => {
  const cases: readonly [what: string, options: WireOptions][] = [
    ['the bundled model', { model: MOE }],
    ['it with its draft model', { model: MOE, modelDraft: DRAFT, nCtx: 512, draftMax: 8 }],
    ['a draft that no speculation uses', { model: MOE, modelDraft: DRAFT, specType: ['ngram-mod'] }],
    ['several slots', { model: DRAFT, nSlots: 4, nCtx: 1000 }],
    ['a shared context', { model: DRAFT, nSlots: 3, nCtx: 900, kvUnified: true }],
    ['a cache in f32', { model: DRAFT, cacheType: 'f32' }],
    ['large batches of embeddings', { model: DRAFT, nBatch: 512, embeddings: true }],
  ];
  it.each(cases)('%s', async (_, options) => {
    const { bytes, obstacle, downloadBytes } = await estimate(options);
    expect(bytes?.total).toBe(await loadedBytes(options));
    expect(bytes?.total).toBe((bytes?.weights ?? 0) + (bytes?.cache ?? 0) + (bytes?.activations ?? 0));
    expect(obstacle).toBeNull();
    expect(downloadBytes).toBeGreaterThan(0);
  });

  it('a model whose matrices and batches outgrow the largest buffer', async () => {
    const small = { limits: { maxBufferSize: 2 ** 18, maxStorageBufferBindingSize: 2 ** 18 } };
    const options = { model: MOE, nCtx: 256 };
    const { bytes, maxBufferBytes, obstacle } = await estimate(options, small);
    expect(obstacle).toBeNull();
    expect(maxBufferBytes).toBe(2 ** 18);
    expect(bytes?.total).toBe(await loadedBytes(options, small));
  });

  it
    .skipIf(!existsSync(ZOO))
    .each(
      [
        'llama3',
        'llama-bias',
        'gemma3',
        'qwen3moe',
        'deepseek2',
        'gpt-oss',
        'gpt2',
        'phi3-long',
        'command-r',
        'quant-mix',
        'quant-moe-mxfp4',
        'quant-iq2_s',
        'split-whole',
      ].filter(name => inZoo(`${name}.gguf`)),
    )('the zoo: %s', async name => {
    const options = { model: fileOf(join(ZOO, `${name}.gguf`)), nSlots: 2 };
    expect((await estimate(options)).bytes?.total).toBe(await loadedBytes(options));
  });

  it.skipIf(!inZoo('split-00001-of-00003.gguf'))('a model in parts', async () => {
    const parts = [3, 1, 2].map(no => fileOf(join(ZOO, `split-0000${no}-of-00003.gguf`)));
    const split = await estimate({ model: parts });
    expect(split.bytes).toEqual((await estimate({ model: fileOf(join(ZOO, 'split-whole.gguf')) })).bytes);
    expect(split.downloadBytes).toBe(parts.reduce((sum, { size }) => sum + size, 0));
  });
});

describe('an estimate of a large model', () => {
  const files: readonly [string, LargeFile][] = Object.entries(LARGE_MODELS).map(([name, model]) => [
    name,
    largeFile(name, model),
  ]);
  it.each(files)('%s fetches few hundred kilobytes', async (name, { source, bytesRead, headerBytes }) => {
    const { model, bytes, downloadBytes } = await estimate(
      { model: 'https://host.test/m.gguf' },
      ROOMY,
      serving({ 'm.gguf': source }),
    );
    expect(bytesRead()).toBeLessThan(300_000);
    expect(bytesRead()).toBeLessThan(headerBytes / 2);
    expect(model).toMatchObject({ name, file: 'm.gguf', sizeBytes: source.sizeBytes });
    expect(downloadBytes).toBe(source.sizeBytes);
    // Weights are stored on the GPU about as in the file.
    expect((bytes?.weights ?? 0) / source.sizeBytes).toBeGreaterThan(0.95);
    expect((bytes?.weights ?? 0) / source.sizeBytes).toBeLessThan(1.1);
  });

  it('tells name, architecture, types, parameters and trained context', async () => {
    const { source } = largeFile('Qwen3 4B', LARGE_MODELS['qwen3 4B']);
    const { model, nCtx } = await estimate(
      { model: 'https://host.test/m.gguf' },
      ROOMY,
      serving({ 'm.gguf': source }),
    );
    expect(model).toMatchObject({ architecture: 'qwen3', fileType: 'Q4_K', nCtxTrain: 40_960 });
    expect(model.nParams / 1e9).toBeCloseTo(4.02, 1);
    expect(nCtx).toBe(4096);
  });

  it('tells what the header says of the vocabulary, and which adapter answered', async () => {
    const { model, draft, adapter } = await estimate({ model: MOE, modelDraft: DRAFT });
    expect(model.vocabulary).toEqual({ kind: 'llama', split: 'default', nTokens: 1024 });
    expect(draft?.vocabulary).toEqual(model.vocabulary);
    expect(adapter).toMatchObject({ isFallback: expect.any(Boolean), features: expect.any(Array) });
  });

  it('of the Hub adds up its parts, and the draft model', async () => {
    const commit = 'a'.repeat(40);
    const { source } = largeFile('m', LARGE_MODELS['qwen 2.5 0.5B']);
    const path = `org/name/resolve/${commit}/m-Q8_0.gguf`;
    const tree = [{ type: 'file', path: 'm-Q8_0.gguf', size: source.sizeBytes, oid: commit }];
    const files = serving({ [path]: source });
    const hub: typeof fetch = async (input, init) => {
      const url = String(input);
      if (url.endsWith('/refs')) return Response.json({ branches: [{ name: 'main', targetCommit: commit }] });
      return url.includes('/tree/') ? Response.json(tree) : files(input, init);
    };
    const alone = await estimate({ model: 'hf:org/name' }, ROOMY, hub);
    const pair = await estimate({ model: 'hf:org/name', modelDraft: 'hf:org/name:Q8_0' }, ROOMY, hub);
    expect(pair.draft).toEqual(pair.model);
    expect(pair.downloadBytes).toBe(2 * source.sizeBytes);
    expect(pair.bytes?.weights).toBe(2 * (alone.bytes?.weights ?? 0));
  });
});

describe('an obstacle', () => {
  const { source } = largeFile('m', LARGE_MODELS['llama 3.2 1B']);
  const large = (options: Partial<WireOptions>, gpu: FakeGpuOptions) =>
    estimate({ model: 'https://host.test/m.gguf', ...options }, gpu, serving({ 'm.gguf': source }));

  it('is a cache beyond the largest buffer, with the largest context that fits', async () => {
    // The defaults of WebGPU: 128 MiB in a binding.
    const { obstacle, bytes } = await large({ nCtx: 131_072, cacheType: 'f32' }, {});
    expect(obstacle?.code).toBe('device_limits');
    expect(bytes?.cache).toBeGreaterThan(8 * GIB);
    const found = /choose nCtx (\d+) with cacheType 'f32'/.exec(obstacle?.message ?? '');
    const nCtx = Number(found?.[1]);
    expect(obstacle?.details).toMatchObject({ fittingCtx: nCtx });
    expect((await large({ nCtx, cacheType: 'f32' }, {})).obstacle).toBeNull();
    expect((await large({ nCtx: nCtx + 64, cacheType: 'f32' }, {})).obstacle).not.toBeNull();
  });

  it('is a missing adapter, and the bytes are told all the same', async () => {
    const { obstacle, bytes, adapter, maxBufferBytes } = await large({}, { hasAdapter: false });
    expect(obstacle?.code).toBe('no_webgpu');
    expect(maxBufferBytes).toBeNull();
    expect(adapter).toBeNull();
    expect(bytes).toEqual((await large({}, ROOMY)).bytes);
  });

  it.each(['jamba', 'nomodel'])(
    'is an architecture that is refused, %s, of which the file tells',
    async name => {
      const file = tinyFile({ 'general.architecture': { type: 'string', value: name } });
      const { obstacle, bytes, nCtx, model } = await estimate({ model: new Blob([file]) });
      expect(obstacle).toMatchObject({
        code: 'unsupported_model',
        message: expect.stringContaining(`"${name}"`),
      });
      expect([bytes, nCtx]).toEqual([null, null]);
      expect(model).toMatchObject({ architecture: name, fileType: 'F32', nParams: 8, nCtxTrain: null });
    },
  );
});

describe('a bad file', () => {
  const bad: readonly [what: string, bytes: Uint8Array<ArrayBuffer>, message: RegExp][] = [
    ['empty', new Uint8Array(), /ends within the magic/],
    ['of another format', new TextEncoder().encode('PK and more, much more'), /not with "GGUF"/],
    ['only a beginning', new TextEncoder().encode('GGUF'), /ends within the version/],
    ['without an architecture', tinyFile({}), /general\.architecture/],
    ['cut in its weights', tinyFile({}).slice(0, -8), /incomplete download/],
  ];
  it.each(bad)('is refused if it is %s', async (_, bytes, message) => {
    const refusal = expect(estimate({ model: new Blob([bytes]) })).rejects;
    await refusal.toMatchObject({ code: 'invalid_gguf', message: expect.stringMatching(message) });
  });

  it('is refused if its vocabulary has no embedding for each token', async () => {
    const { source } = largeFile('m', LARGE_MODELS['qwen 2.5 0.5B']);
    const lying: ByteSource = {
      ...source,
      async read(offset, length, signal) {
        const bytes = await source.read(offset, length, signal);
        const at = Buffer.from(bytes.buffer).indexOf('tokenizer.ggml.tokens');
        if (offset === 0 && at > 0) new DataView(bytes.buffer).setUint32(at + 29, 100_000, true);
        return bytes;
      },
    };
    const model = 'https://host.test/m.gguf';
    await expect(estimate({ model }, ROOMY, serving({ 'm.gguf': lying }))).rejects.toMatchObject({
      code: 'invalid_gguf',
    });
  });

  it('is refused where its server has no ranges, before it is fetched', async () => {
    const cancel = vi.fn();
    const body = () => new ReadableStream({ cancel });
    const fetch = async () => new Response(body(), { headers: { 'content-length': '4000000000' } });
    await expect(estimate({ model: 'https://host.test/m.gguf' }, ROOMY, fetch)).rejects.toMatchObject({
      code: 'fetch_failed',
      message: expect.stringMatching(/no ranges, .* all of its 4000000000 bytes; use a server with ranges/),
    });
    expect(cancel).toHaveBeenCalled();
  });

  it('is refused with the options that no server takes', async () => {
    await expect(estimate({ model: MOE, nSlots: 0 })).rejects.toMatchObject({ code: 'invalid_option' });
    await expect(estimate({ model: MOE, nCtx: 1, nSlots: 2 })).rejects.toMatchObject({
      code: 'invalid_option',
    });
  });
});

/** File with one tensor. */
function tinyFile(metadata: Readonly<Record<string, TypedValue>>): Uint8Array<ArrayBuffer> {
  return writeGguf({
    metadata,
    tensors: [{ name: 'x', type: 'F32', shape: [8], data: new Uint8Array(32) }],
  });
}
