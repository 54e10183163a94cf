/** Staging buffers that steps use in turn, so that several can be pending. */
export class StagingRing {
  readonly #buffers: readonly GPUBuffer[];
  #nTaken = 0;

  constructor(buffers: readonly GPUBuffer[]) {
    this.#buffers = buffers;
  }

  /** Size of each buffer in bytes. */
  get sizeBytes(): number {
    return this.#buffers[0].size;
  }

  /** Returns the buffer that was taken longest ago. A map that is still pending there, of an abandoned step, rejects. */
  take(): GPUBuffer {
    const buffer = this.#buffers[this.#nTaken++ % this.#buffers.length];
    buffer.unmap();
    return buffer;
  }
}
