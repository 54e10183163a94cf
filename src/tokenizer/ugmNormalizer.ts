import { ByteTrie } from './byteTrie.ts';
import { Charsmap } from './charsmap.ts';
import { ESCAPED_BYTES } from './escapedSpaces.ts';
import { characterLength } from './spm.ts';
import type { Vocabulary } from './vocabulary.ts';
import { type Method, TOKEN_TYPE } from './vocabularySpec.ts';

const utf8 = new TextEncoder();
const SPACE = 0x20;

/** Normalizes text for a unigram model: replaces characters by the file's map, and runs of spaces by a single `▁`. */
export class UgmNormalizer {
  readonly #addSpacePrefix: boolean;
  readonly #removeExtraSpaces: boolean;
  readonly #charsmap: Charsmap | null;
  /** Texts of user-defined tokens, which stay unchanged. */
  readonly #kept = new ByteTrie();

  /** @throws ForetokenError `invalid_gguf` for a broken map */
  constructor(method: Extract<Method, { kind: 'ugm' }>, { texts, fileTypes, size }: Vocabulary) {
    this.#addSpacePrefix = method.addSpacePrefix;
    this.#removeExtraSpaces = method.removeExtraSpaces;
    this.#charsmap = method.charsmap.length === 0 ? null : new Charsmap(method.charsmap);
    for (let token = 0; token < size; token++) {
      if (fileTypes[token] !== TOKEN_TYPE.userDefined) continue;
      this.#kept.add(texts.bytes, texts.starts[token], texts.starts[token + 1], token);
    }
  }

  /** Returns the normalized text as UTF-8, a view that the next call overwrites. */
  normalize(text: string): Uint8Array {
    const source = utf8.encode(text);
    const output = new SpacedOutput(this.#addSpacePrefix, this.#removeExtraSpaces, source.length);
    for (let at = 0; at < source.length; ) {
      const kept = this.#keptLength(source, at);
      if (kept > 0) {
        output.append(source, at, at + kept);
        at += kept;
      } else if (this.#charsmap?.match(source, at)) {
        const { texts, textStart, textEnd, matched } = this.#charsmap;
        output.append(texts, textStart, textEnd);
        at += matched;
      } else {
        const next = at + characterLength(source[at]);
        output.append(source, at, next);
        at = next;
      }
    }
    return output.bytes();
  }

  /** Length of the beginning of a user-defined token at `at`; as in llama.cpp, a part of a token counts too. */
  #keptLength(source: Uint8Array, at: number): number {
    if (this.#kept.isEmpty) return 0;
    let node = ByteTrie.ROOT;
    for (let end = at; ; end++) {
      node = end < source.length ? this.#kept.child(node, source[end]) : -1;
      if (node < 0) return end - at;
    }
  }
}

/** Output that puts spaces where the model wants them. */
class SpacedOutput {
  readonly #addPrefix: boolean;
  readonly #mergeSpaces: boolean;
  #bytes: Uint8Array;
  #length = 0;
  #hasPrefix = false;
  #isInWord = false;

  constructor(addPrefix: boolean, mergeSpaces: boolean, expectedBytes: number) {
    this.#addPrefix = addPrefix;
    this.#mergeSpaces = mergeSpaces;
    this.#bytes = new Uint8Array(2 * expectedBytes + 16);
  }

  append(source: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      if (source[i] === SPACE) {
        this.#isInWord = false;
        if (!this.#mergeSpaces) this.#pushSpace();
        continue;
      }
      if (!this.#isInWord) {
        this.#isInWord = true;
        if (this.#mergeSpaces || (this.#addPrefix && !this.#hasPrefix)) {
          this.#pushSpace();
          this.#hasPrefix = true;
        }
      }
      this.#push(source[i]);
    }
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #pushSpace(): void {
    for (const byte of ESCAPED_BYTES) this.#push(byte);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const bytes = new Uint8Array(2 * this.#bytes.length);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    this.#bytes[this.#length++] = byte;
  }
}
