import { SCALARS, type Scalar } from './scalars.ts';
import type { ScalarType } from './types.ts';

const FIRST_CAPACITY = 1 << 12;

/** Appends little-endian values to a growing buffer. */
export class ByteWriter {
  #view = new DataView(new ArrayBuffer(FIRST_CAPACITY));
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copy of the written bytes. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#view.buffer.slice(0, this.#length));
  }

  scalar(type: ScalarType, value: Scalar): void {
    const at = this.#extend(SCALARS[type].bytes);
    SCALARS[type].write(this.#view, at, value);
  }

  uint32(value: number): void {
    this.scalar('uint32', value);
  }

  uint64(value: number | bigint): void {
    this.scalar('uint64', value);
  }

  /** Appends a GGUF string: its length in bytes, then the bytes. */
  string(value: string | Uint8Array): void {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    this.uint64(bytes.length);
    this.bytes(bytes);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#extend(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, at);
  }

  /** Appends zeros up to the next multiple of `alignment`. */
  align(alignment: number): void {
    this.#extend((alignment - (this.#length % alignment)) % alignment);
  }

  #extend(length: number): number {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#view.byteLength) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#view.byteLength));
      grown.set(new Uint8Array(this.#view.buffer, 0, start));
      this.#view = new DataView(grown.buffer);
    }
    return start;
  }
}
