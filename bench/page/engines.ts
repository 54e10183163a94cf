import { Wllama } from '@wllama/wllama/esm/index.js';
import wllamaWasm from '@wllama/wllama/esm/wasm/wllama.wasm?url';
import { createServer } from '../../src/client/index.ts';
import { assert } from '../../src/util/assert.ts';

/** Times of one completion as an engine reports them, in llama-server's fields that both engines have. */
export interface EngineTimings {
  readonly prompt_n: number;
  readonly prompt_ms: number;
  readonly predicted_n: number;
  readonly predicted_ms: number;
}

/**
 * Engine with a model. Completions are greedy and reuse nothing of the previous prompt. The caller has to check that none ends
 * early.
 */
export interface PeerEngine {
  complete(prompt: string, nPredict: number, signal: AbortSignal): Promise<EngineTimings>;
  /** Location of the layers, in the engine's own words. */
  readonly runsOn: string;
  close(): Promise<void>;
}

export const PEERS = ['foretoken', 'wllama'] as const;
export type PeerName = (typeof PEERS)[number];

export function openEngine(peer: PeerName, model: Blob, nCtx: number): Promise<PeerEngine> {
  return peer === 'foretoken' ? openForetoken(model, nCtx) : openWllama(model, nCtx);
}

async function openForetoken(model: Blob, nCtx: number): Promise<PeerEngine> {
  const server = await createServer({ model, nCtx });
  const { vendor, architecture, description } = server.report.adapter;
  return {
    async complete(prompt, n_predict, signal) {
      const request = { prompt, n_predict, temperature: 0, cache_prompt: false };
      return (await server.completion(request, { signal })).timings;
    },
    runsOn: `WebGPU: ${[vendor, architecture, description].filter(Boolean).join(', ')}`,
    close: () => server.close(),
  };
}

/**
 * Opens wllama with its defaults, except for a single slot: every layer that its WebGPU backend supports, and threads if it would
 * use them.
 */
async function openWllama(model: Blob, nCtx: number): Promise<PeerEngine> {
  const lines: string[] = [];
  const keep = (...words: unknown[]) => {
    lines.push(words.join(' '));
  };
  const wllama = new Wllama(
    { default: new URL(wllamaWasm, location.href).href },
    { logger: { debug: keep, log: keep, warn: keep, error: keep } },
  );
  await wllama.loadModel([model], { n_ctx: nCtx, n_parallel: 1 });
  const threads = wllama.isMultithread() ? wllama.getNumThreads() : 1;
  return {
    async complete(prompt, max_tokens, abortSignal) {
      // llama-server's fields pass through even if the package's types lack them.
      const request = {
        prompt,
        max_tokens,
        abortSignal,
        temperature: 0,
        cache_prompt: false,
      };
      const { timings } = await wllama.createCompletion(request);
      assert(timings !== undefined, 'wllama answered without timings');
      return timings;
    },
    runsOn: `${offloaded(lines)}; threads on the CPU: ${threads}`,
    close: () => wllama.exit(),
  };
}

/** Line of llama.cpp's log about the layers: it falls back to the CPU silently. */
function offloaded(lines: readonly string[]): string {
  const pattern = /offloaded (\d+)\/(\d+) layers to GPU/;
  const match = lines.map(line => pattern.exec(line)).findLast(found => found !== null);
  if (!match) return 'CPU (its log has no line of layers on a GPU)';
  return Number(match[1]) === 0 ? `CPU (${match[0]})` : `WebGPU (${match[0]})`;
}
