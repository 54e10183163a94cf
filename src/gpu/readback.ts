import type { Gpu } from './device.ts';

/** How long a failed mapping waits to hear that the device was lost. */
const LOST_GRACE_MS = 200;

/**
 * Maps the first `bytes` of `staging`, once everything submitted so far is done, and hands them to `decode`, which must copy
 * them. Rejects when `staging` is unmapped before; throws `device_lost`.
 */
export async function readMapped<T>(
  gpu: Gpu,
  staging: GPUBuffer,
  bytes: number,
  decode: (mapped: ArrayBuffer) => T,
): Promise<T> {
  try {
    await staging.mapAsync(GPUMapMode.READ, 0, bytes);
  } catch (error) {
    // A lost device rejects the mapping before it tells why. By then others may have mapped the buffer again.
    await Promise.race([gpu.lost, new Promise(resolve => setTimeout(resolve, LOST_GRACE_MS))]);
    throw gpu.fault ?? error;
  }
  let result: T;
  try {
    result = decode(staging.getMappedRange(0, bytes));
  } finally {
    staging.unmap();
  }
  // What an invalid submit leaves in the buffer is not a result.
  if (gpu.fault) throw gpu.fault;
  return result;
}
