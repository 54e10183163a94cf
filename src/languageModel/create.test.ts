import { describe, expect, it } from 'vitest';
import type { LoadProgress } from '../protocol/serverReport.ts';
import { answeringServer, CONTEXT } from '../server/testing/answeringServer.ts';
import { ForetokenError } from '../util/errors.ts';
import type { ChatServer } from './chat.ts';
import { createLanguageModel } from './index.ts';
import type { LanguageModelCoreOptions, LanguageModelCreateOptions } from './shape.ts';

/** Function that loads a server when it is told to, with the progress that it reports. */
function loading() {
  const { server } = answeringServer('x');
  let resolve: (server: ChatServer) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<ChatServer>((...settle) => {
    [resolve, reject] = settle;
  });
  const state = { nLoads: 0, report: (_: Partial<LoadProgress>) => {} };
  const load = ({ onProgress }: { onProgress: (progress: LoadProgress) => void }) => {
    state.nLoads++;
    const start: LoadProgress = { model: 'target', phase: 'weights', loadedBytes: 0, totalBytes: 100 };
    state.report = progress => onProgress({ ...start, ...progress });
    return promise;
  };
  return { load, state, finish: () => resolve(server), fail: (error: Error) => reject(error) };
}

describe('the language model of a page', () => {
  it.each<{ options: LanguageModelCoreOptions; availability: string }>([
    { options: {}, availability: 'available' },
    {
      options: { expectedInputs: [{ type: 'text', languages: ['en', 'de-CH'] }] },
      availability: 'available',
    },
    { options: { expectedInputs: [{ type: 'tool-response' }] }, availability: 'available' },
    { options: { expectedOutputs: [{ type: 'tool-call' }] }, availability: 'available' },
    { options: { expectedInputs: [{ type: 'image' }] }, availability: 'unavailable' },
    { options: { expectedInputs: [{ type: 'text' }, { type: 'audio' }] }, availability: 'unavailable' },
    { options: { expectedOutputs: [{ type: 'image' }] }, availability: 'unavailable' },
  ])('is $availability with $options', async ({ options, availability }) => {
    expect(await createLanguageModel(answeringServer().server).availability(options)).toBe(availability);
  });

  it.each<{ options: LanguageModelCreateOptions; name: string }>([
    { options: { expectedInputs: [{ type: 'image' }] }, name: 'NotSupportedError' },
    { options: { expectedInputs: [{ type: 'text', languages: ['no language'] }] }, name: 'RangeError' },
    { options: { temperature: -1 }, name: 'RangeError' },
    { options: { topK: 0.5 }, name: 'RangeError' },
    { options: { topK: Number.NaN }, name: 'RangeError' },
    { options: { samplingMode: 'creative', topK: 3 }, name: 'TypeError' },
    { options: { samplingMode: 'wild' as never }, name: 'TypeError' },
    {
      options: {
        initialPrompts: [
          { role: 'user', content: 'a' },
          { role: 'system', content: 'b' },
        ],
      },
      name: 'TypeError',
    },
    { options: { initialPrompts: [{ role: 'assistant', content: 'a', prefix: true }] }, name: 'SyntaxError' },
    {
      options: { initialPrompts: [{ role: 'user', content: 'a'.repeat(CONTEXT) }] },
      name: 'QuotaExceededError',
    },
    { options: { signal: AbortSignal.abort() }, name: 'AbortError' },
  ])('refuses a session with $options as $name', async ({ options, name }) => {
    await expect(createLanguageModel(answeringServer().server).create(options)).rejects.toMatchObject({
      name,
    });
  });

  it.each([
    { options: {}, sampling: { temperature: 0, topK: 40, samplingMode: 'balanced' } },
    {
      options: { samplingMode: 'creative' as const },
      sampling: { temperature: 1.1, topK: 40, samplingMode: 'creative' },
    },
    {
      options: { temperature: 0.5, topK: 3.7 },
      sampling: { temperature: 0.5, topK: 3, samplingMode: 'balanced' },
    },
    {
      options: { temperature: Number.POSITIVE_INFINITY, topK: Number.POSITIVE_INFINITY },
      sampling: { temperature: 2, topK: 128, samplingMode: 'balanced' },
    },
  ])('samples with $sampling for $options', async ({ options, sampling }) => {
    const { server, chats } = answeringServer('x');
    const session = await createLanguageModel(server).create(options);
    expect(session).toMatchObject(sampling);
    await session.prompt('a');
    expect(chats[0]).toMatchObject({ temperature: sampling.temperature, top_k: sampling.topK });
  });

  it('tells defaults and bounds of sampling, before and after loading', async () => {
    const { load, finish } = loading();
    const model = createLanguageModel(load);
    const bounds = { maxTemperature: 2, defaultTopK: 40, maxTopK: 128 };
    expect(await model.params()).toEqual({ ...bounds, defaultTemperature: 0.8 });
    finish();
    await model.create();
    expect(await model.params()).toEqual({ ...bounds, defaultTemperature: 0 });
  });

  it('loads once for all sessions, when the first is created, and reports the progress', async () => {
    const { load, state, finish } = loading();
    const model = createLanguageModel(load);
    expect([await model.availability(), state.nLoads]).toEqual(['downloadable', 0]);
    const fractions: number[] = [];
    const sessions = [
      model.create({ monitor: m => m.addEventListener('downloadprogress', e => fractions.push(e.loaded)) }),
      model.create(),
    ];
    await Promise.resolve();
    expect(await model.availability()).toBe('downloading');
    state.report({ loadedBytes: 40 });
    state.report({ loadedBytes: 20 });
    state.report({ model: 'draft', loadedBytes: 90 });
    finish();
    await Promise.all(sessions);
    expect([fractions, state.nLoads]).toEqual([[0, 0.4, 1], 1]);
    expect(await model.availability()).toBe('available');
  });

  it.each([
    { code: 'fetch_failed', name: 'NetworkError' },
    { code: 'no_webgpu', name: 'NotSupportedError' },
    { code: 'out_of_memory', name: 'OperationError' },
  ] as const)('rejects with $name when loading fails with $code, and loads anew', async ({ code, name }) => {
    const { load, state, fail } = loading();
    const model = createLanguageModel(load);
    fail(new ForetokenError(code, 'it failed'));
    await expect(model.create()).rejects.toMatchObject({ name, message: 'it failed' });
    expect(await model.availability()).toBe('downloadable');
    await model.create().catch(() => {});
    expect(state.nLoads).toBe(2);
  });

  it('rejects when the signal aborts while it loads, and destroys the session when it aborts later', async () => {
    const { load, finish } = loading();
    const model = createLanguageModel(load);
    const [early, late] = [new AbortController(), new AbortController()];
    const sessions = [early, late].map(({ signal }) => model.create({ signal }));
    early.abort();
    await expect(sessions[0]).rejects.toMatchObject({ name: 'AbortError' });
    finish();
    const session = await sessions[1];
    late.abort();
    await expect(session.prompt('a')).rejects.toMatchObject({ name: 'InvalidStateError' });
  });
});
