import { ForetokenError } from '../util/errors.ts';
import type { PackedStrings } from '../util/packedStrings.ts';

/** FNV-1a, which can go on where it stopped. */
const HASH_START = 0x811c9dc5;
const HASH_PRIME = 0x01000193;

/**
 * Finds the id of a token by the bytes of its text: open addressing over the vocabulary's own block of bytes. A lookup
 * makes no string and no other garbage.
 */
export class TokenTable {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  /** Pairs: id + 1 or 0, and the hash. */
  readonly #slots: Int32Array;
  readonly #mask: number;

  /** @throws ForetokenError `invalid_gguf` when two tokens have the same text */
  constructor(texts: PackedStrings) {
    const nSlots = powerOfTwo(2 * texts.length);
    this.#bytes = texts.bytes;
    this.#starts = texts.starts;
    this.#slots = new Int32Array(2 * nSlots);
    this.#mask = nSlots - 1;
    for (let id = 0; id < texts.length; id++) this.#add(id, texts);
  }

  /** The token whose text is `source[start … end)`, or -1. */
  find(source: Uint8Array, start: number, end: number): number {
    return this.#probe(hash(HASH_START, source, start, end), source, start, end, end, end);
  }

  /** The token whose text is `source[start … middle)` and `source[from … end)` put together, or -1. */
  findJoined(source: Uint8Array, start: number, middle: number, from: number, end: number): number {
    const whole = hash(hash(HASH_START, source, start, middle), source, from, end);
    return this.#probe(whole, source, start, middle, from, end);
  }

  /** The longest token that begins at `source[start]` and ends at `limit` or before, or -1. */
  findLongest(source: Uint8Array, start: number, limit: number): number {
    let running = HASH_START;
    let found = -1;
    for (let end = start + 1; end <= limit; end++) {
      running = Math.imul(running ^ source[end - 1], HASH_PRIME);
      const id = this.#probe(running, source, start, end, end, end);
      if (id >= 0) found = id;
    }
    return found;
  }

  #probe(
    hashed: number,
    source: Uint8Array,
    start: number,
    middle: number,
    from: number,
    end: number,
  ): number {
    const slots = this.#slots;
    const starts = this.#starts;
    const length = middle - start + end - from;
    for (let slot = spread(hashed) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const id = slots[2 * slot] - 1;
      if (id < 0) return -1;
      if (slots[2 * slot + 1] !== hashed || starts[id + 1] - starts[id] !== length) continue;
      const at = starts[id];
      if (this.#equals(at, source, start, middle) && this.#equals(at + middle - start, source, from, end))
        return id;
    }
  }

  #equals(at: number, source: Uint8Array, start: number, end: number): boolean {
    const bytes = this.#bytes;
    for (let i = start, j = at; i < end; i++, j++) if (source[i] !== bytes[j]) return false;
    return true;
  }

  #add(id: number, texts: PackedStrings): void {
    const start = this.#starts[id];
    const end = this.#starts[id + 1];
    const hashed = hash(HASH_START, this.#bytes, start, end);
    const other = this.#probe(hashed, this.#bytes, start, end, end, end);
    if (other >= 0) {
      const message = `tokens ${other} and ${id} have the same text ${JSON.stringify(texts.at(id))}`;
      throw new ForetokenError('invalid_gguf', message);
    }
    let slot = spread(hashed) & this.#mask;
    while (this.#slots[2 * slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[2 * slot] = id + 1;
    this.#slots[2 * slot + 1] = hashed;
  }
}

/** The smallest power of two that is at least `n`. */
export function powerOfTwo(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(n, 2)));
}

function hash(before: number, source: Uint8Array, start: number, end: number): number {
  let hashed = before;
  for (let i = start; i < end; i++) hashed = Math.imul(hashed ^ source[i], HASH_PRIME);
  return hashed;
}

/** Lets the high bits, which are the better ones, decide too. */
function spread(hashed: number): number {
  return hashed ^ (hashed >>> 15);
}
