/**
 * Runs in the harness page: loads the pair with and without a draft, and measures prompt processing, decoding and the WebGPU
 * calls of both, alternating. Self-contained, because the page gets only this function's text.
 *
 * @param {{ model: string, modelDraft: string, nPredict: number, repetitions: number }} options
 */
export async function measure({ model, modelDraft, nPredict, repetitions }) {
  const PROMPT = 'Once upon a time';
  const LONG_PROMPT = 'Lily went to the park with her mom. '.repeat(12);
  const common = { model, nCtx: 512, temperature: 0, cachePrompt: false, countCalls: true };
  const servers = {
    plain: await window.foretoken.createServer(common),
    speculative: await window.foretoken.createServer({ ...common, modelDraft, draftMax: 6 }),
  };
  const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const summary = values => ({ median: median(values), min: Math.min(...values), max: Math.max(...values) });

  const results = {};
  const runs = { plain: [], speculative: [] };
  for (let repetition = 0; repetition <= repetitions; repetition++) {
    for (const [name, server] of Object.entries(servers)) {
      const prefill = await server.completion({ prompt: LONG_PROMPT, n_predict: 1 });
      const before = await server.counters();
      const { timings, tokens } = await server.completion({
        prompt: PROMPT,
        n_predict: nPredict,
        return_tokens: true,
      });
      const after = await server.counters();
      // The first round warms up.
      if (repetition === 0) continue;
      runs[name].push({
        tokens,
        prefill: prefill.timings.prompt_per_second,
        decode: timings.predicted_per_second,
        drafted: timings.draft_n ?? 0,
        accepted: timings.draft_n_accepted ?? 0,
        calls: Object.fromEntries(Object.keys(after).map(key => [key, after[key] - before[key]])),
      });
    }
  }
  for (const [name, list] of Object.entries(runs)) {
    const [{ tokens, drafted, accepted, calls }] = list;
    results[name] = {
      prefillTokensPerSecond: summary(list.map(run => run.prefill)),
      decodeTokensPerSecond: summary(list.map(run => run.decode)),
      ...(name === 'speculative' && { drafted, accepted, acceptanceRate: accepted / drafted }),
      callsPerToken: Object.fromEntries(Object.entries(calls).map(([key, n]) => [key, n / tokens.length])),
    };
  }
  const same = JSON.stringify(runs.plain[0].tokens) === JSON.stringify(runs.speculative[0].tokens);
  const { report } = servers.plain;
  for (const server of Object.values(servers)) await server.close();
  return {
    target: report.model,
    adapter: report.adapter,
    gpuBytes: report.gpuBytes,
    sameTokens: same,
    ...results,
  };
}
