import { openSource, readGguf } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Tuning } from '../gpu/tuning.ts';
import { loadModel } from '../model/loadModel.ts';
import { checkModel } from '../model/modelFile.ts';

/** Logits of a model for some tokens. */
export interface LogitsRun {
  /** Logits after each token: first with all tokens in one batch, then one by one. */
  readonly logits: readonly (readonly number[])[];
  /** Dispatches of one step; more if matrices come in parts. */
  readonly nDispatches: number;
}

/** Computes the logits of at most 16 `tokens`, with the smallest possible context. */
export async function logitsOf(
  gpu: Gpu,
  model: string | Blob,
  tokens: readonly number[],
  tuning: Tuning,
): Promise<LogitsRun> {
  const source = typeof model === 'string' ? new URL(model, location.href) : model;
  const file = checkModel(await readGguf(await openSource(source)));
  const shape = { nCtx: 64, nSlots: 1, nCtxShared: null, maxRows: 16, cacheType: 'f16' } as const;
  const loaded = await loadModel(gpu, file, { ...shape, tuning });
  const rows = tokens.map((token, position) => ({ token, position, slot: 0, output: true }));
  const before = gpu.counters().dispatches;
  const together = await loaded.forward(rows, 'logits');
  const nDispatches = gpu.counters().dispatches - before;
  const all = [...together];
  for (const row of rows) all.push(...(await loaded.forward([row], 'logits')));
  return { logits: all.map(({ logits }) => [...logits]), nDispatches };
}
