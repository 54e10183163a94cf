import { expect, test } from './fixtures/test.ts';

// Counts of the static plan (design D2), which hold on any adapter.
const OUTSIDE_LAYERS = 3; // embedding, logits, argmax
const N_PREDICT = 33;
/** Number of candidates that are read back for a sampled token, with their logits. */
const TOP_K = 64;

for (const { kind, model, layers, perLayer } of [
  { kind: 'dense model', model: 'models/foretoken-stories-draft-q4_0.gguf', layers: 2, perLayer: 5 },
  { kind: 'mixture of experts', model: 'models/foretoken-stories-moe-q4_0.gguf', layers: 4, perLayer: 6 },
]) {
  test(`a decode step of a ${kind} is one pass and one submit of at most ${perLayer} dispatches per layer, and creates nothing`, async ({
    harness,
  }) => {
    const calls = await harness.page.evaluate(
      async ({ model, nPredict }) => {
        const server = await window.foretoken.createServer({
          model,
          nCtx: 256,
          temperature: 0,
          cachePrompt: false,
          countCalls: true,
        });
        // Prompt that the bundled models repeat forever.
        const request = { prompt: 'Hello Hello Hello' };
        await server.completion({ ...request, n_predict: 4 });
        const counts = [await server.counters()];
        for (const n of [1, nPredict]) {
          await server.completion({ ...request, n_predict: n });
          counts.push(await server.counters());
        }
        await server.close();
        // Calls of the long request beyond the short one: `nPredict - 1` decode steps.
        return Object.fromEntries(
          Object.keys(counts[0]).map(key => [key, counts[2][key] - 2 * counts[1][key] + counts[0][key]]),
        );
      },
      { model, nPredict: N_PREDICT },
    );
    const steps = N_PREDICT - 1;
    expect(calls.dispatches / steps).toBeLessThanOrEqual(perLayer * layers + OUTSIDE_LAYERS);
    expect(calls).toMatchObject({
      passes: steps,
      submits: steps,
      readbacks: steps,
      writeBufferCalls: steps,
      bytesReadBack: 4 * steps,
      buffersCreated: 0,
      bindGroupsCreated: 0,
      pipelinesCreated: 0,
    });
    // Steps are submitted before the previous one was read, so that the GPU does not wait for the CPU. This holds for nearly all,
    // unless the thread is late. Without lookahead it would hold for none.
    expect(calls.submitsAhead).toBeGreaterThan(steps / 8);
  });
}

test('half a kilobyte is read back for a sampled token, whatever the vocabulary', async ({ harness }) => {
  const bytes = await harness.page.evaluate(async nPredict => {
    const model = 'models/foretoken-stories-draft-q4_0.gguf';
    const server = await window.foretoken.createServer({ model, nCtx: 256, countCalls: true });
    const request = { prompt: 'Once', temperature: 0.8, top_k: 40, ignore_eos: true, cache_prompt: false };
    const counts = [await server.counters()];
    for (const n of [1, nPredict]) {
      await server.completion({ ...request, n_predict: n });
      counts.push(await server.counters());
    }
    await server.close();
    const [none, one, all] = counts.map(({ bytesReadBack }) => bytesReadBack);
    return all - 2 * one + none;
  }, N_PREDICT);
  expect(bytes).toBe(8 * TOP_K * (N_PREDICT - 1));
});

test('a speculative round is one submit and one readback, however long the draft', async ({ harness }) => {
  const { rounds, drafted, calls } = await harness.page.evaluate(async () => {
    const server = await window.foretoken.createServer({
      model: 'models/foretoken-stories-moe-q4_0.gguf',
      modelDraft: 'models/foretoken-stories-draft-q4_0.gguf',
      nCtx: 256,
      draftMax: 6,
      draftAdaptive: false,
      temperature: 0,
      cachePrompt: false,
      countCalls: true,
    });
    // Prompt that the bundled models repeat forever.
    const request = { prompt: 'Hello Hello Hello' };
    await server.completion({ ...request, n_predict: 4 });
    const before = await server.counters();
    const { timings } = await server.completion({ ...request, n_predict: 48 });
    const after = await server.counters();
    await server.close();
    const drafted = timings.draft_n ?? 0;
    return {
      // Every round but the last drafts 6 tokens; the last one only as many as are still wanted.
      rounds: Math.ceil(drafted / 6),
      drafted,
      calls: Object.fromEntries(Object.keys(after).map(key => [key, after[key] - before[key]])),
    };
  });
  // The prompt is one step of each model.
  expect(calls.submits).toBeLessThanOrEqual(rounds + 3);
  expect(calls.readbacks).toBeLessThanOrEqual(rounds + 2);
  // An id for each drafted token and for each verified row: after the prompt and after each of the drafts.
  expect(calls.bytesReadBack).toBeLessThanOrEqual(4 * (2 * drafted + rounds + 2));
  expect(calls).toMatchObject({ buffersCreated: 0, bindGroupsCreated: 0, pipelinesCreated: 0 });
});
