import type { Gpu } from '../gpu/device.ts';
import { type Dispatch, record } from '../gpu/dispatch.ts';

/** Dispatches that are replayed in one pass. */
export type PassLists = readonly (readonly Dispatch[])[];

/** Work of a step that was written to the GPU: what to submit, and how to decode its results. */
export interface Work<T> {
  /** Parts, each of which is a separate submit. */
  readonly parts: readonly PassLists[];
  /** Results are the first `bytes` of `source`; 0 if there are none. */
  readonly source: GPUBuffer;
  readonly bytes: number;
  /** Copies the results out of the read-back words. */
  readonly decode: (words: Uint32Array) => T;
}

/** Submits all parts but the last, and returns an encoder with the last. */
export function encodeParts(gpu: Gpu, parts: readonly PassLists[]): GPUCommandEncoder {
  for (const part of parts.slice(0, -1)) gpu.device.queue.submit([encodePass(gpu, part).finish()]);
  return encodePass(gpu, parts.at(-1) ?? []);
}

/** Creates an encoder with one pass that replays the lists. */
export function encodePass(gpu: Gpu, lists: PassLists): GPUCommandEncoder {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const list of lists) record(pass, list);
  pass.end();
  return encoder;
}
