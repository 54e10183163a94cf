import type { Gpu } from '../gpu/device.ts';
import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import type { KvCache } from './kvCache.ts';

/** The first `nTokens` positions of a slot as bytes: of each layer K, then V. Every one of these parts has the same size. */
function parts({ layers, nSlots, nCtx }: KvCache, nTokens: number) {
  const buffers = layers.flatMap(({ k, v }) => [k, v]);
  const positionBytes = buffers[0].size / (nSlots * nCtx);
  assert(nTokens <= nCtx, () => `${nTokens} positions of ${nCtx}`);
  return { buffers, slotBytes: nCtx * positionBytes, partBytes: nTokens * positionBytes };
}

/** `ForwardPass.readCache`. Throws `out_of_memory` when the GPU has no memory for the copy. */
export async function readCache(
  gpu: Gpu,
  cache: KvCache,
  slot: number,
  nTokens: number,
): Promise<Uint8Array> {
  const { buffers, slotBytes, partBytes } = parts(cache, nTokens);
  const { device } = gpu;
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  // All is copied at once, so that the slot may change. Without memory the copy fails, and nothing else.
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  // A buffer for each part: all of them in one could be more than the device allows.
  const copies = buffers.map(buffer => {
    const copy = gpu.createBuffer(`${buffer.label} copy`, partBytes, usage);
    encoder.copyBufferToBuffer(buffer, slot * slotBytes, copy, 0, partBytes);
    return copy;
  });
  device.queue.submit([encoder.finish()]);
  try {
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const failure = errors.find(error => error !== null);
    if (failure) {
      const message = `the GPU has no memory to copy the KV cache of ${nTokens} tokens: ${failure.message}`;
      throw new ForetokenError('out_of_memory', `${message}; use a smaller context`);
    }
    await Promise.all(copies.map(copy => copy.mapAsync(GPUMapMode.READ)));
    if (gpu.fault) throw gpu.fault;
    const bytes = new Uint8Array(copies.length * partBytes);
    for (const [i, copy] of copies.entries()) bytes.set(new Uint8Array(copy.getMappedRange()), i * partBytes);
    return bytes;
  } finally {
    for (const copy of copies) gpu.destroyBuffer(copy);
  }
}

/** `ForwardPass.writeCache`. */
export function writeCache(gpu: Gpu, cache: KvCache, slot: number, nTokens: number, bytes: Uint8Array): void {
  const { buffers, slotBytes, partBytes } = parts(cache, nTokens);
  if (bytes.length !== buffers.length * partBytes) {
    throw new ForetokenError(
      'invalid_request',
      `${bytes.length} bytes are no KV cache of ${nTokens} tokens, which has ${buffers.length * partBytes} with this model`,
    );
  }
  for (const [i, buffer] of buffers.entries()) {
    const part = bytes.slice(i * partBytes, (i + 1) * partBytes);
    gpu.device.queue.writeBuffer(buffer, slot * slotBytes, part);
  }
}

/** `ForwardPass.copyCache`. */
export function copyCache(gpu: Gpu, cache: KvCache, from: number, to: number, nTokens: number): void {
  const { buffers, slotBytes, partBytes } = parts(cache, nTokens);
  // A buffer cannot be copied to itself; between two slots the way is through another one.
  const between = gpu.createBuffer(
    'cache copy',
    partBytes,
    GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  );
  const encoder = gpu.device.createCommandEncoder();
  for (const buffer of buffers) {
    encoder.copyBufferToBuffer(buffer, from * slotBytes, between, 0, partBytes);
    encoder.copyBufferToBuffer(between, 0, buffer, to * slotBytes, partBytes);
  }
  gpu.device.queue.submit([encoder.finish()]);
  gpu.destroyBuffer(between);
}
