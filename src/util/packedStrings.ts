/** Keeps a byte order mark as a character: vocabularies have it as a token. */
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Many short strings as one block of UTF-8. A vocabulary of 262144 tokens with its merges is read and compared in tens of
 * milliseconds; the same number of JavaScript strings takes a second.
 */
export class PackedStrings implements Iterable<string> {
  readonly bytes: Uint8Array;
  /** String `i` is `bytes[starts[i] … starts[i + 1])`. */
  readonly starts: Uint32Array;

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.bytes = bytes;
    this.starts = starts;
  }

  static of(strings: Iterable<string>): PackedStrings {
    const encoder = new TextEncoder();
    const builder = new PackedStringsBuilder();
    for (const text of strings) {
      const bytes = encoder.encode(text);
      builder.push(bytes, 0, bytes.length);
    }
    return builder.build();
  }

  get length(): number {
    return this.starts.length - 1;
  }

  /** String `i`; bytes that are not UTF-8 become U+FFFD. Undefined outside the range. */
  at(i: number): string | undefined {
    return i >= 0 && i < this.length ? lenientUtf8.decode(this.bytesAt(i)) : undefined;
  }

  /** View of the bytes of string `i`. */
  bytesAt(i: number): Uint8Array {
    return this.bytes.subarray(this.starts[i], this.starts[i + 1]);
  }

  /** Index of `text`, or -1. */
  indexOf(text: string): number {
    const wanted = PackedStrings.of([text]);
    for (let i = 0; i < this.length; i++) if (this.#equals(i, wanted, 0)) return i;
    return -1;
  }

  /** Whether string `i` has the same bytes in both. */
  equal(i: number, other: PackedStrings): boolean {
    return this.#equals(i, other, i);
  }

  #equals(i: number, other: PackedStrings, j: number): boolean {
    const a = this.starts[i];
    const b = other.starts[j];
    const length = this.starts[i + 1] - a;
    if (other.starts[j + 1] - b !== length) return false;
    for (let at = 0; at < length; at++) if (this.bytes[a + at] !== other.bytes[b + at]) return false;
    return true;
  }

  /** Iterates over the strings, which are decoded one by one. */
  *[Symbol.iterator](): Iterator<string> {
    for (let i = 0; i < this.length; i++) yield lenientUtf8.decode(this.bytesAt(i));
  }
}

/** Builds a `PackedStrings` by appending. */
export class PackedStringsBuilder {
  #bytes = new Uint8Array(1 << 12);
  #starts = new Uint32Array(1 << 8);
  #count = 0;

  /** Appends `source[start … end)`. */
  push(source: Uint8Array, start: number, end: number): void {
    let at = this.#starts[this.#count];
    if (at + end - start > this.#bytes.length) this.#bytes = grown(this.#bytes, at + end - start);
    // Most strings are short: a loop is faster than a view and a copy.
    for (let i = start; i < end; i++) this.#bytes[at++] = source[i];
    this.#count++;
    if (this.#count === this.#starts.length) this.#starts = grown(this.#starts, this.#count + 1);
    this.#starts[this.#count] = at;
  }

  build(): PackedStrings {
    const starts = this.#starts.slice(0, this.#count + 1);
    return new PackedStrings(this.#bytes.slice(0, starts[this.#count]), starts);
  }
}

function grown<T extends Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(array: T, least: number): T {
  const larger = new (array.constructor as new (length: number) => T)(Math.max(2 * array.length, least));
  larger.set(array);
  return larger;
}
