import type { Gpu } from './device.ts';

/** Time that a failed mapping waits for the reason of a device loss. */
const LOST_GRACE_MS = 200;

/**
 * Maps the first `bytes` of `staging` once everything submitted so far is done, and passes them to `decode`, which must copy
 * them. Rejects if `staging` is unmapped meanwhile. Throws `device_lost`.
 */
export async function readMapped<T>(
  gpu: Gpu,
  staging: GPUBuffer,
  bytes: number,
  decode: (mapped: ArrayBuffer) => T,
): Promise<T> {
  try {
    await gpu.kicks.until(staging.mapAsync(GPUMapMode.READ, 0, bytes));
  } catch (error) {
    // A lost device rejects the mapping before it reports the reason. The buffer may have been mapped again by then.
    await Promise.race([gpu.lost, new Promise(resolve => setTimeout(resolve, LOST_GRACE_MS))]);
    throw gpu.fault ?? error;
  }
  let result: T;
  try {
    result = decode(staging.getMappedRange(0, bytes));
  } finally {
    staging.unmap();
  }
  // After an invalid submit the buffer's content is not a result.
  if (gpu.fault) throw gpu.fault;
  return result;
}
