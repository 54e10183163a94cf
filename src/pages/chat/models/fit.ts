import type { MemoryEstimate } from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';
import { size } from '../format.ts';
import type { CuratedModel } from './curated.ts';

/** Answer to whether models run here, with the numbers. Sizes are in bytes. */
export type Fit =
  | { readonly kind: 'fits'; readonly needBytes: number; readonly nCtx: number }
  /** With the context `wantedCtx` they do not fit, with `nCtx` they do. */
  | {
      readonly kind: 'smaller';
      readonly needBytes: number;
      readonly nCtx: number;
      readonly wantedCtx: number;
    }
  /** A buffer exceeds the adapter's largest, so loading would be refused. */
  | { readonly kind: 'tooLarge'; readonly neededBytes: number; readonly limitBytes: number }
  /** All of it exceeds the memory of the device, as far as the browser tells that; loading may fail. */
  | { readonly kind: 'doubtful'; readonly needBytes: number; readonly memoryBytes: number }
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'noAdapter'; readonly needBytes: number };

/** Contexts are proposed in steps of this. */
const CTX_STEP = 256;
/** Shortest context that is worth proposing. */
const LEAST_CTX = 512;

/**
 * Judges an estimate. `memoryBytes` is the memory of the device, if the browser tells that it is small; WebGPU itself tells only the
 * largest buffer.
 */
export function fitOf(estimate: MemoryEstimate, memoryBytes: number | null): Fit {
  const { bytes, nCtx, obstacle } = estimate;
  const needBytes = bytes?.total ?? 0;
  if (obstacle) {
    if (obstacle.code === 'no_webgpu') return { kind: 'noAdapter', needBytes };
    if (obstacle.code !== 'device_limits') return { kind: 'unsupported', reason: obstacle.message };
    const { fittingCtx, neededBytes, limitBytes } = obstacle.details;
    if (bytes && nCtx && typeof fittingCtx === 'number' && fittingCtx >= LEAST_CTX) {
      const smaller = shrink(estimate, fittingCtx);
      return memoryBytes !== null && smaller.needBytes > memoryBytes
        ? within(estimate, memoryBytes)
        : smaller;
    }
    return { kind: 'tooLarge', neededBytes: Number(neededBytes), limitBytes: Number(limitBytes) };
  }
  if (!bytes || !nCtx) return { kind: 'unsupported', reason: 'its memory cannot be planned' };
  if (memoryBytes !== null && needBytes > memoryBytes) return within(estimate, memoryBytes);
  return { kind: 'fits', needBytes, nCtx };
}

/** The largest context with which all of it fits the memory. */
function within(estimate: MemoryEstimate, memoryBytes: number): Fit {
  const { weights, cache, activations, total } = estimate.bytes ?? NOTHING;
  const left = memoryBytes - weights - activations;
  const nCtx = Math.floor(((left / cache) * (estimate.nCtx ?? 0)) / CTX_STEP) * CTX_STEP;
  return nCtx >= LEAST_CTX ? shrink(estimate, nCtx) : { kind: 'doubtful', needBytes: total, memoryBytes };
}

const NOTHING = { weights: 0, cache: 0, activations: 0, total: 0 };

/** Need with a shorter context: the cache is proportional to it. */
function shrink({ bytes, nCtx }: MemoryEstimate, smaller: number): Fit & { readonly kind: 'smaller' } {
  const { total, cache } = bytes ?? NOTHING;
  const wantedCtx = nCtx ?? smaller;
  return {
    kind: 'smaller',
    needBytes: Math.round(total - cache * (1 - smaller / wantedCtx)),
    nCtx: smaller,
    wantedCtx,
  };
}

/** Weights on the GPU per byte of the file, bytes of a value of the cache, and of the buffers of a batch. */
const WEIGHTS_PER_BYTE = 1.04;
const CACHE_VALUE_BYTES = 2;
const ACTIVATION_BYTES = 35e6;
/** Longest default context. */
const DEFAULT_CTX = 4096;

/** Need of a model of the list before its header is read, within some percent. */
export function roughNeed({ sizeBytes, cacheValues }: CuratedModel, nCtx = DEFAULT_CTX): number {
  const small = Math.min(ACTIVATION_BYTES, sizeBytes);
  return Math.round(sizeBytes * WEIGHTS_PER_BYTE + cacheValues * CACHE_VALUE_BYTES * nCtx + small);
}

/** Context with which to load what was judged; undefined for the wanted one. */
export function fittingCtx(fit: Fit | null): number | undefined {
  return fit?.kind === 'smaller' ? fit.nCtx : undefined;
}

/** Whether loading has a chance. */
export function isLoadable(fit: Fit | null): boolean {
  return fit === null || !(fit.kind === 'tooLarge' || fit.kind === 'unsupported' || fit.kind === 'noAdapter');
}

/** Says a fit in a few words, with the numbers. */
export function fitText(fit: Fit): string {
  switch (fit.kind) {
    case 'fits':
      return `Fits: needs ${size(fit.needBytes)} on the GPU, with a context of ${count(fit.nCtx)}.`;
    case 'smaller':
      return `Fits with a smaller context of ${count(fit.nCtx)} in place of ${count(fit.wantedCtx)}: needs ${size(fit.needBytes)} then.`;
    case 'tooLarge':
      return `Too large: one of its buffers needs ${size(fit.neededBytes)}, and this GPU allows ${size(fit.limitBytes)}.`;
    case 'doubtful':
      return `Probably too large: needs ${size(fit.needBytes)}, and this device has about ${size(fit.memoryBytes)}.`;
    case 'unsupported':
      return `Does not run here yet: ${fit.reason}.`;
    case 'noAdapter':
      return `Needs ${size(fit.needBytes)} on a GPU, and this browser offers none.`;
    default:
      return assertNever(fit);
  }
}

function count(positions: number): string {
  return positions.toLocaleString('en');
}
