import { ForetokenError } from '../util/errors.ts';

const HEADER_BYTES = 4;

/**
 * SentencePiece's `precompiled_charsmap`: replacements for sequences of bytes, NFKC for the most part. Format: the length of a
 * double array, the array, and texts that end with a NUL. Bits 0–7 and 31 of a unit are the byte that leads to it, bit 8 tells
 * whether a sequence ends here, and the other bits locate its children. A unit with bit 31 holds the offset of a text.
 */
export class Charsmap {
  readonly #units: Uint32Array;
  readonly #texts: Uint8Array;
  /** Result of the last match: the number of bytes to replace, and the offset of their replacement in `texts`. */
  matched = 0;
  textStart = 0;
  textEnd = 0;

  /** @throws ForetokenError `invalid_gguf` if its parts do not fit into `bytes` */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const unitBytes = bytes.length < HEADER_BYTES ? 0 : view.getUint32(0, true);
    if (HEADER_BYTES + unitBytes >= bytes.length) {
      throw invalid(`its array has ${unitBytes} bytes, but all of it only ${bytes.length}`);
    }
    this.#units = Uint32Array.from({ length: unitBytes >> 2 }, (_, i) =>
      view.getUint32(HEADER_BYTES + 4 * i, true),
    );
    this.#texts = bytes.subarray(HEADER_BYTES + unitBytes);
    if (this.#texts.at(-1) !== 0) throw invalid('its last text does not end');
  }

  get texts(): Uint8Array {
    return this.#texts;
  }

  /** Finds the longest sequence that begins at `source[start]`; false if there is none. */
  match(source: Uint8Array, start: number): boolean {
    this.matched = 0;
    let at = childrenOf(this.#unit(0));
    for (let i = start; i < source.length && source[i] !== 0; i++) {
      at ^= source[i];
      const unit = this.#unit(at);
      if ((unit & 0x800000ff) >>> 0 !== source[i]) break;
      at ^= childrenOf(unit);
      if ((unit & 0x100) !== 0) {
        this.matched = i + 1 - start;
        this.textStart = this.#unit(at) & 0x7fffffff;
      }
    }
    if (this.matched === 0) return false;
    if (this.textStart >= this.#texts.length) {
      throw invalid(`a text is at ${this.textStart} of ${this.#texts.length} bytes`);
    }
    this.textEnd = this.#texts.indexOf(0, this.textStart);
    return true;
  }

  #unit(at: number): number {
    const unit = this.#units[at >>> 0];
    if (unit === undefined) throw invalid(`it leads to ${at >>> 0} of ${this.#units.length} units`);
    return unit;
  }
}

function childrenOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >> 6);
}

function invalid(what: string): ForetokenError {
  return new ForetokenError('invalid_gguf', `tokenizer.ggml.precompiled_charsmap is broken: ${what}`);
}
