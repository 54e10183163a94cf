import type { Gpu } from '../gpu/device.ts';
import { type Dispatch, record } from '../gpu/dispatch.ts';

/** Dispatches that are replayed in one pass. */
export type PassLists = readonly (readonly Dispatch[])[];

/** What a step has to do once it is described to the kernels, and how to read what comes of it. */
export interface Work<T> {
  /** Each part is a submit of its own. */
  readonly parts: readonly PassLists[];
  /** The results are the first `bytes` of `source`; 0 where nobody waits for any. */
  readonly source: GPUBuffer;
  readonly bytes: number;
  /** Copies them from what was read back. */
  readonly decode: (words: Uint32Array) => T;
}

/** Submits all parts but the last, and returns an encoder with that one. */
export function encodeParts(gpu: Gpu, parts: readonly PassLists[]): GPUCommandEncoder {
  for (const part of parts.slice(0, -1)) gpu.device.queue.submit([encodePass(gpu, part).finish()]);
  return encodePass(gpu, parts.at(-1) ?? []);
}

/** An encoder with one pass that replays the lists. */
export function encodePass(gpu: Gpu, lists: PassLists): GPUCommandEncoder {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const list of lists) record(pass, list);
  pass.end();
  return encoder;
}
