import type { PackedStrings } from '../util/packedStrings.ts';

/** FNV-1a, which can be continued. */
const HASH_START = 0x811c9dc5;
const HASH_PRIME = 0x01000193;
const SPACE = 0x20;

/** Words per slot: index + 1 or 0, the hash, the start of the text, and its length. */
const SLOT = 4;

/**
 * Finds the index of a text among many by its bytes: open addressing over one block of bytes. Of equal texts the first wins.
 * Neither construction nor lookup creates strings.
 */
export class TextTable {
  /** The two indices of a text that occurs twice; null if there is none. */
  readonly repeated: readonly [number, number] | null;
  readonly #bytes: Uint8Array;
  readonly #slots: Int32Array;

  constructor({ bytes, starts, length }: PackedStrings) {
    const slots = new Int32Array(SLOT * powerOfTwo(2 * length));
    this.#bytes = bytes;
    this.#slots = slots;
    let repeated: [number, number] | null = null;
    for (let i = 0; i < length; i++) {
      const start = starts[i];
      const end = starts[i + 1];
      const hashed = hash(HASH_START, bytes, start, end);
      let at = slotOf(hashed, slots);
      for (; slots[at] !== 0; at = (at + SLOT) & (slots.length - 1)) {
        if (slots[at + 1] === hashed && this.#isAt(at, bytes, start, end)) break;
      }
      if (slots[at] !== 0) {
        repeated ??= [slots[at] - 1, i];
        continue;
      }
      slots[at] = i + 1;
      slots[at + 1] = hashed;
      slots[at + 2] = start;
      slots[at + 3] = end - start;
    }
    this.repeated = repeated;
  }

  /** Index of the text `source[start … end)`, or -1. */
  find(source: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const hashed = hash(HASH_START, source, start, end);
    for (let at = slotOf(hashed, slots); slots[at] !== 0; at = (at + SLOT) & (slots.length - 1)) {
      if (slots[at + 1] === hashed && this.#isAt(at, source, start, end)) return slots[at] - 1;
    }
    return -1;
  }

  /** Index of the text `source[start … middle)`, a space, `source[middle … end)`, or -1. */
  findPair(source: Uint8Array, start: number, middle: number, end: number): number {
    const slots = this.#slots;
    const left = Math.imul(hash(HASH_START, source, start, middle) ^ SPACE, HASH_PRIME);
    const hashed = hash(left, source, middle, end);
    for (let at = slotOf(hashed, slots); slots[at] !== 0; at = (at + SLOT) & (slots.length - 1)) {
      if (slots[at + 1] === hashed && this.#isPairAt(at, source, start, middle, end)) return slots[at] - 1;
    }
    return -1;
  }

  /** Index of the longest text that begins at `source[start]` and ends at or before `limit`, or -1. */
  findLongest(source: Uint8Array, start: number, limit: number): number {
    const slots = this.#slots;
    let hashed = HASH_START;
    let found = -1;
    for (let end = start + 1; end <= limit; end++) {
      hashed = Math.imul(hashed ^ source[end - 1], HASH_PRIME);
      for (let at = slotOf(hashed, slots); slots[at] !== 0; at = (at + SLOT) & (slots.length - 1)) {
        if (slots[at + 1] === hashed && this.#isAt(at, source, start, end)) found = slots[at] - 1;
      }
    }
    return found;
  }

  #isAt(at: number, source: Uint8Array, start: number, end: number): boolean {
    return (
      this.#slots[at + 3] === end - start && areEqual(source, start, end, this.#bytes, this.#slots[at + 2])
    );
  }

  #isPairAt(at: number, source: Uint8Array, start: number, middle: number, end: number): boolean {
    if (this.#slots[at + 3] !== end - start + 1) return false;
    const own = this.#slots[at + 2];
    const space = own + middle - start;
    return (
      this.#bytes[space] === SPACE &&
      areEqual(source, start, middle, this.#bytes, own) &&
      areEqual(source, middle, end, this.#bytes, space + 1)
    );
  }
}

function areEqual(source: Uint8Array, start: number, end: number, other: Uint8Array, otherStart: number) {
  for (let i = start, j = otherStart; i < end; i++, j++) if (source[i] !== other[j]) return false;
  return true;
}

/** Smallest power of two that is at least `n`. */
function powerOfTwo(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(n, 2)));
}

function hash(before: number, source: Uint8Array, start: number, end: number): number {
  let hashed = before;
  for (let i = start; i < end; i++) hashed = Math.imul(hashed ^ source[i], HASH_PRIME);
  return hashed;
}

/** Slot where the search for a hash begins. The high bits, which are the better ones, are mixed in. */
function slotOf(hashed: number, slots: Int32Array): number {
  return (SLOT * (hashed ^ (hashed >>> 15))) & (slots.length - 1);
}
