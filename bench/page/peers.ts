import { createServer } from '../../src/client/index.ts';
import { type EngineTimings, openEngine, PEERS, type PeerEngine, type PeerName } from './engines.ts';
import { elapsed } from './statistics.ts';

export interface PeerOptions {
  readonly repetitions: number;
  readonly nPredict: number;
  /** Lengths of prompts to measure, in tokens; the last token of the context is left for the answer. */
  readonly prompts: readonly number[];
  readonly limitMs: number;
}

/** Tokens per second, or milliseconds for `ready`, in the order of the rounds; or the reason why there are none. */
export type Samples = number[] | { readonly failed: string };

export interface PeerComparison {
  readonly nCtx: number;
  readonly runsOn: Record<PeerName, string>;
  /** Samples of each engine by the name of the measurement, round by round. */
  readonly measurements: { readonly name: string; readonly samples: Record<PeerName, Samples> }[];
}

/** Measures both engines on one model, alternating. An engine that fails or takes too long has a reason instead of samples. */
export async function comparePeers(model: Blob, options: PeerOptions): Promise<PeerComparison> {
  const { nPredict, limitMs } = options;
  const { nCtx, prompts } = await promptsFor(model, options.prompts);
  const runsOn: Record<PeerName, string> = { foretoken: '', wllama: '' };
  const measurements: PeerComparison['measurements'] = [];

  // The first load of each warms up: the browser keeps compiled shaders and modules.
  const ready = await measure('ready', options, async peer => {
    let engine: PeerEngine | undefined;
    const ms = await elapsed(async () => {
      engine = await within(limitMs, openEngine(peer, model, nCtx));
    });
    if (engine) runsOn[peer] = engine.runsOn;
    await engine?.close();
    return ms;
  });
  measurements.push(ready);

  const engines: Partial<Record<PeerName, PeerEngine>> = {};
  for (const peer of PEERS) {
    if (Array.isArray(ready.samples[peer])) engines[peer] = await openEngine(peer, model, nCtx);
  }
  const complete = async (peer: PeerName, prompt: string, n: number): Promise<EngineTimings> => {
    const engine = engines[peer];
    if (!engine) throw new Error('it did not load, or failed before');
    try {
      return await within(limitMs, engine.complete(prompt, n, AbortSignal.timeout(limitMs)));
    } catch (error) {
      // Close an abandoned engine, which would go on computing and slow down the other.
      delete engines[peer];
      await within(limitMs, engine.close()).catch(() => {});
      throw error;
    }
  };
  const decode = async (peer: PeerName) => {
    const { predicted_n, predicted_ms } = await complete(peer, 'Once', nPredict);
    if (predicted_n !== nPredict) throw new Error(`${predicted_n} tokens instead of ${nPredict}`);
    // The first token comes with the prompt, so it does not count.
    return ((predicted_n - 1) / predicted_ms) * 1000;
  };
  measurements.push(await measure('decode', options, decode));
  for (const { text, nTokens } of prompts) {
    const prefill = async (peer: PeerName) => {
      const { prompt_n, prompt_ms } = await complete(peer, text, 1);
      if (prompt_n !== nTokens) throw new Error(`a prompt of ${prompt_n} tokens instead of ${nTokens}`);
      return (prompt_n / prompt_ms) * 1000;
    };
    measurements.push(await measure(`prefill ${nTokens}`, options, prefill));
  }
  for (const peer of PEERS) await engines[peer]?.close();
  return { nCtx, runsOn, measurements };
}

/** Runs rounds of both engines, after one that warms up; an engine that failed is left out of further rounds. */
async function measure(
  name: string,
  { repetitions }: PeerOptions,
  sample: (peer: PeerName) => Promise<number>,
): Promise<PeerComparison['measurements'][number]> {
  const samples: Record<PeerName, Samples> = { foretoken: [], wllama: [] };
  for (let round = 0; round <= repetitions; round++) {
    for (const peer of PEERS) {
      const own = samples[peer];
      if (!Array.isArray(own)) continue;
      try {
        const value = await sample(peer);
        if (round > 0) own.push(value);
      } catch (error) {
        samples[peer] = { failed: error instanceof Error ? error.message : String(error) };
      }
    }
  }
  return { name, samples };
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer = 0;
  const late = new Promise<never>((_, reject) => {
    timer = window.setTimeout(() => reject(new Error(`not done after ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Texts of the requested lengths, or as long as the model's context allows. */
async function promptsFor(
  model: Blob,
  lengths: readonly number[],
): Promise<{ nCtx: number; prompts: { text: string; nTokens: number }[] }> {
  const server = await createServer({ model });
  const countTokens = async (content: string): Promise<number> => {
    const body = JSON.stringify({ content, add_special: true });
    const { tokens } = await (await server.fetch('/tokenize', { method: 'POST', body })).json();
    return tokens.length;
  };
  try {
    const { nCtx } = server.report;
    const prompts = [];
    for (const length of lengths) prompts.push(await textOf(Math.min(length, nCtx - 1), countTokens));
    return { nCtx, prompts };
  } finally {
    await server.close();
  }
}

const STORY =
  'Lily went to the park with her mom. She saw a big dog and a little bird. They played all day. ';

/** Longest beginning of the repeated story with at most `most` tokens. */
async function textOf(
  most: number,
  countTokens: (text: string) => Promise<number>,
): Promise<{ text: string; nTokens: number }> {
  const story = STORY.repeat(Math.ceil(most / 16));
  let [fits, long] = [0, story.length + 1];
  while (long - fits > 1) {
    const middle = Math.floor((fits + long) / 2);
    if ((await countTokens(story.slice(0, middle))) <= most) fits = middle;
    else long = middle;
  }
  const text = story.slice(0, fits);
  return { text, nTokens: await countTokens(text) };
}
