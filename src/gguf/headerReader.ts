import { ForetokenError } from '../util/errors.ts';
import { type PackedStrings, PackedStringsBuilder } from '../util/packedStrings.ts';
import type { ByteSource } from './byteSource.ts';
import { SCALARS, type Scalar } from './scalars.ts';
import type { ScalarType } from './types.ts';

/** Most bytes fetched at a time; more only if a single string or array is longer. */
const CHUNK_BYTES = 1 << 18;

/** Limit of a header: the largest known vocabularies (262144 tokens with merges) need about 16 MiB. */
export const MAX_HEADER_BYTES = 1 << 26;

/** Bytes of a string's length prefix. */
export const STRING_BYTES = 8;

/**
 * Decoder for GGUF strings, which are UTF-8. It keeps a byte order mark as a character, because vocabularies have it as a token.
 */
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads the header of a GGUF file front to back, in chunks. Lengths are checked against the rest of the file before anything is
 * allocated, so a hostile length costs nothing.
 */
export class HeaderReader {
  readonly #source: ByteSource;
  #chunk: DataView = new DataView(new ArrayBuffer(0));
  #bytes: Uint8Array = new Uint8Array();
  /** Offset of the next byte within the chunk, and of the chunk within the file. */
  #at = 0;
  #chunkStart = 0;
  #nextBytes: number;

  /** Reads from byte `start` on, at first `firstBytes` at a time, then twice as many each time. */
  constructor(source: ByteSource, start = 0, firstBytes = CHUNK_BYTES) {
    this.#source = source;
    this.#chunkStart = start;
    this.#nextBytes = firstBytes;
  }

  /** Offset of the next byte in the file. */
  get position(): number {
    return this.#chunkStart + this.#at;
  }

  get fileBytes(): number {
    return this.#source.sizeBytes;
  }

  /** Rejects the file; `what` describes the fault. */
  fail(what: string): never {
    throw new ForetokenError('invalid_gguf', `${this.#source.name} is not a valid GGUF file: ${what}`);
  }

  async scalar(type: ScalarType, what: string): Promise<Scalar> {
    return this.#decode(type, await this.#take(SCALARS[type].bytes, what), what);
  }

  async scalars(type: ScalarType, count: number, what: string): Promise<Scalar[]> {
    const size = SCALARS[type].bytes;
    const start = await this.#take(count * size, what);
    return Array.from({ length: count }, (_, i) => this.#decode(type, start + i * size, what));
  }

  async uint32(what: string): Promise<number> {
    const start = await this.#take(4, what);
    return this.#chunk.getUint32(start, true);
  }

  /** Reads a 64-bit offset, dimension or length; rejects values above 2^53. */
  async size(what: string): Promise<number> {
    const start = await this.#take(8, what);
    const value = this.#chunk.getBigUint64(start, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`${what} is ${value}`);
    return Number(value);
  }

  /** Reads the number of items that follow, of at least `itemBytes` each; rejects more than the file can hold. */
  async count(itemBytes: number, what: string): Promise<number> {
    const count = await this.size(`the number of ${what}`);
    const left = this.fileBytes - this.position;
    if (count * itemBytes > left) this.fail(`it claims ${count} ${what} but only ${left} bytes are left`);
    return count;
  }

  /** Reads the bytes of a string into a view that the next call may invalidate. */
  async stringBytes(what: string): Promise<Uint8Array> {
    const length = await this.count(1, `bytes of ${what}`);
    const start = await this.#take(length, what);
    return this.#bytes.subarray(start, start + length);
  }

  /** Reads a string; bytes that are not UTF-8 become U+FFFD. */
  async string(what: string): Promise<string> {
    return lenientUtf8.decode(await this.stringBytes(what));
  }

  /** Reads `count` strings in one pass over each chunk, since a vocabulary and its merges are close to a million of them. */
  async strings(count: number, what: string): Promise<PackedStrings> {
    const builder = new PackedStringsBuilder();
    for (let i = 0; i < count; i++) {
      if (this.#at + STRING_BYTES > this.#chunk.byteLength) await this.#refill(STRING_BYTES, what);
      const chunk = this.#chunk;
      // A length of 2^32 or more exceeds any header; the slow path below reports it.
      const length = chunk.getUint32(this.#at + 4, true) === 0 ? chunk.getUint32(this.#at, true) : Infinity;
      if (this.#at + STRING_BYTES + length > chunk.byteLength) {
        const bytes = await this.stringBytes(what);
        builder.push(bytes, 0, bytes.length);
      } else {
        const start = this.#at + STRING_BYTES;
        builder.push(this.#bytes, start, start + length);
        this.#at += STRING_BYTES + length;
      }
    }
    return builder.build();
  }

  #decode(type: ScalarType, at: number, what: string): Scalar {
    const byte = this.#chunk.getUint8(at);
    if (type === 'bool' && byte > 1) this.fail(`${what} is a bool with the byte ${byte}`);
    return SCALARS[type].read(this.#chunk, at);
  }

  /** Consumes `length` bytes and returns their offset in the chunk, which is refilled as needed. */
  async #take(length: number, what: string): Promise<number> {
    if (this.#at + length > this.#chunk.byteLength) await this.#refill(length, what);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  async #refill(length: number, what: string): Promise<void> {
    const { position, fileBytes } = this;
    if (length > fileBytes - position) this.fail(`it ends within ${what}, after ${fileBytes} bytes`);
    if (position + length > MAX_HEADER_BYTES)
      this.fail(`its header is longer than ${MAX_HEADER_BYTES} bytes (at ${what})`);
    const bytes = await this.#source.read(
      position,
      Math.min(Math.max(length, this.#nextBytes), fileBytes - position),
    );
    this.#nextBytes = Math.min(2 * this.#nextBytes, CHUNK_BYTES);
    this.#bytes = bytes;
    this.#chunk = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#chunkStart = position;
    this.#at = 0;
  }
}
