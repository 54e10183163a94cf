import { ForetokenError } from '../util/errors.ts';
import type { ByteSource } from './byteSource.ts';
import { HeaderReader, MAX_HEADER_BYTES, STRING_BYTES } from './headerReader.ts';
import { readMetadata } from './readMetadata.ts';
import { readTensors } from './readTensors.ts';
import {
  ALIGNMENT_KEY,
  DEFAULT_ALIGNMENT,
  type GgufMetadata,
  type GgufTensor,
  type GgufValue,
  VALUE_TYPES,
} from './types.ts';

/** End of a header: the metadata after a vocabulary, and the tensors. */
export interface HeaderEnd {
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** Facts that are known before the search. */
export interface HeaderEndSearch {
  /** First byte where the tensor infos may begin. */
  readonly from: number;
  readonly nTensors: number;
  /** Metadata pairs that are not read yet. */
  readonly nPairs: number;
}

/** Samples of a round, which are read at the same time, and bytes of each. */
const SAMPLES = 8;
const SAMPLE_BYTES = 1024;
/** Distance between header and data at which sampling ends. */
const NEAR_BYTES = 1 << 15;
/** Longest usual tensor info; longest usual metadata after a vocabulary, most of it a chat template. */
const INFO_BYTES = 96;
const TAIL_BYTES = 1 << 16;
/** Most arrays of a vocabulary: tokens, their scores and types, and merges. */
const MAX_SKIPPED_PAIRS = 4;
/** Longest name of a tensor or of a key that the search takes for one. */
const MAX_NAME_BYTES = 64;

/**
 * Finds the end of a header behind the megabytes of a vocabulary, in which nothing tells where it ends: samples tell header from
 * tensor data, and the region between them is searched for the infos of all tensors. Reads some 150 KB.
 *
 * The result is what reading the whole header would give: there are exactly as many tensors as announced, they fill the file to its
 * end, and no more metadata are missing than a vocabulary has. Null if that cannot be had, so the whole header has to be read.
 *
 * @throws ForetokenError `fetch_failed`
 */
export async function findHeaderEnd(source: ByteSource, search: HeaderEndSearch): Promise<HeaderEnd | null> {
  const { from, nTensors, nPairs } = search;
  const to = Math.min(source.sizeBytes, MAX_HEADER_BYTES);
  if (from >= to) return null;
  const border = await approach(source, from, to);
  const start = Math.max(from, border.header - nTensors * INFO_BYTES - TAIL_BYTES);
  const end = Math.min(border.data + SAMPLE_BYTES, source.sizeBytes);
  const region = new Region(source, start, await source.read(start, end - start));
  const infos = await region.findTensors(nTensors);
  if (infos === null) return null;
  const metadata = await region.findPairs(infos.at, nPairs);
  const isComplete = nPairs - metadata.size <= MAX_SKIPPED_PAIRS && !metadata.has(ALIGNMENT_KEY);
  return isComplete ? { metadata, tensors: infos.tensors } : null;
}

interface Border {
  /** Position in the header, and one in the data or at their border. */
  readonly header: number;
  readonly data: number;
}

/** Narrows the region in which the header ends. */
async function approach(source: ByteSource, from: number, to: number): Promise<Border> {
  let border: Border = { header: from, data: to };
  while (border.data - border.header > NEAR_BYTES) {
    const { header, data } = border;
    const step = Math.floor((data - header) / (SAMPLES + 1));
    const places = Array.from({ length: SAMPLES }, (_, i) => header + (i + 1) * step);
    const isHeader = await Promise.all(
      places.map(async place => looksLikeHeader(await source.read(place, SAMPLE_BYTES))),
    );
    const first = isHeader.indexOf(false);
    const nHeader = first === -1 ? SAMPLES : first;
    border = { header: places[nHeader - 1] ?? header, data: places[nHeader] ?? data };
  }
  return border;
}

/**
 * Tells a sample of a header from weights. Strings with their lengths have many zeros, templates are text, and in scores and types
 * of tokens bytes repeat after four; weights have little of each. A wrong answer makes the search fail, no more.
 */
function looksLikeHeader(bytes: Uint8Array): boolean {
  let zeros = 0;
  let text = 0;
  let repeated = 0;
  for (const [i, byte] of bytes.entries()) {
    if (byte === 0) zeros++;
    if ((byte >= 32 && byte < 127) || byte === 10) text++;
    if (byte === bytes[i - 4]) repeated++;
  }
  const { length } = bytes;
  return zeros > 0.12 * length || text > 0.7 * length || repeated > 0.3 * length;
}

/** Bytes of a file from `#start` on, in memory. */
class Region {
  readonly #source: ByteSource;
  readonly #start: number;
  readonly #bytes: Uint8Array;

  constructor(source: ByteSource, start: number, bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#start = start;
    this.#source = {
      name: source.name,
      sizeBytes: source.sizeBytes,
      async read(offset, length) {
        const at = offset - start;
        if (at >= 0 && at + length <= bytes.length) return bytes.subarray(at, at + length);
        throw new ForetokenError('invalid_gguf', `${source.name}: bytes at ${offset} are not in the region`);
      },
    };
  }

  /** First place where the infos of `nTensors` tensors begin that fill the rest of the file. */
  async findTensors(
    nTensors: number,
  ): Promise<{ readonly at: number; readonly tensors: Map<string, GgufTensor> } | null> {
    for (const at of this.#names((dimensions: number) => dimensions >= 1 && dimensions <= 4)) {
      const tensors = await this.#attempt(at, reader => readTensors(reader, nTensors, DEFAULT_ALIGNMENT));
      if (tensors && this.#fills(tensors)) return { at, tensors };
    }
    return null;
  }

  /** Longest run of at most `most` metadata pairs that ends at `end`; empty if there is none. */
  async findPairs(end: number, most: number): Promise<GgufMetadata> {
    for (const at of this.#names(type => type < VALUE_TYPES.length)) {
      if (at >= end) break;
      const metadata = await this.#attempt(at, reader => readPairsTo(reader, end, most));
      if (metadata) return metadata;
    }
    return new Map();
  }

  /** Whether the last tensor ends where the file ends, except for padding. */
  #fills(tensors: ReadonlyMap<string, GgufTensor>): boolean {
    let end = 0;
    for (const { offset, sizeBytes } of tensors.values()) end = Math.max(end, offset + sizeBytes);
    return this.#source.sizeBytes - end < DEFAULT_ALIGNMENT;
  }

  /** Places in the file of what may be a name, with a number after it that `fits`. */
  *#names(fits: (number: number) => boolean): Generator<number> {
    const bytes = this.#bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + STRING_BYTES + 4 < bytes.length; at++) {
      const length = view.getUint32(at, true);
      const end = at + STRING_BYTES + length;
      if (length === 0 || length > MAX_NAME_BYTES || end + 4 > bytes.length) continue;
      if (view.getUint32(at + 4, true) !== 0 || !fits(view.getUint32(end, true))) continue;
      if (bytes.subarray(at + STRING_BYTES, end).every(byte => byte > 32 && byte < 127))
        yield this.#start + at;
    }
  }

  /** Reads from a place in the file on; null if that is not what is there. */
  async #attempt<T>(at: number, read: (reader: HeaderReader) => Promise<T>): Promise<T | null> {
    const left = this.#start + this.#bytes.length - at;
    try {
      return await read(new HeaderReader(this.#source, at, left));
    } catch (error) {
      if (error instanceof ForetokenError) return null;
      throw error;
    }
  }
}

/** Reads metadata pairs up to byte `end`; null if none ends there. */
async function readPairsTo(reader: HeaderReader, end: number, most: number): Promise<GgufMetadata | null> {
  const metadata = new Map<string, GgufValue>();
  while (reader.position < end && metadata.size < most) {
    for (const [key, value] of await readMetadata(reader, 1)) {
      // Keys have a prefix, unlike tokens.
      if (metadata.has(key) || !/^\w[\w-]*(\.[\w-]+)+$/.test(key)) return null;
      metadata.set(key, value);
    }
  }
  return reader.position === end ? metadata : null;
}
