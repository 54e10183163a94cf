import { ForetokenError } from '../util/errors.ts';
import type { PackedStrings } from '../util/packedStrings.ts';
import { powerOfTwo, type TokenTable } from './tokenTable.ts';

/** Has a character for each byte. */
const latin1 = new TextDecoder('latin1');

/** Per pair: left symbol + 1 or 0, right symbol, rank, and the symbol that they make. */
const SLOT = 4;
const SPACE = 0x20;

/**
 * The merges of a BPE vocabulary, by the ids of the two symbols. A symbol that is no token, of which few vocabularies have any,
 * has an id from the vocabulary's size on.
 */
export class MergeTable {
  readonly #tokens: TokenTable;
  readonly #nVocab: number;
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** Symbols that are no tokens, and their ids. */
  readonly #others = new Map<string, number>();

  /** @throws ForetokenError `invalid_gguf` for a merge that is not two texts with a space between */
  constructor(merges: PackedStrings, tokens: TokenTable, nVocab: number) {
    const nSlots = powerOfTwo(2 * merges.length);
    this.#tokens = tokens;
    this.#nVocab = nVocab;
    this.#slots = new Int32Array(SLOT * nSlots);
    this.#mask = nSlots - 1;
    const { bytes, starts } = merges;
    for (let rank = 0; rank < merges.length; rank++) {
      const start = starts[rank];
      const end = starts[rank + 1];
      // A text may begin with a space itself.
      const space = bytes.indexOf(SPACE, start + 1);
      if (space < 0 || space >= end) throw badMerge(rank, merges);
      const left = this.symbol(bytes, start, space, space, space);
      const right = this.symbol(bytes, space + 1, end, end, end);
      this.#add(left, right, rank, this.symbol(bytes, start, space, space + 1, end));
    }
  }

  /** Where the merge of `left` and `right` lies, for `rank` and `joined`; -1 when they do not merge. */
  find(left: number, right: number): number {
    const slots = this.#slots;
    for (let at = SLOT * (mix(left, right) & this.#mask); ; at = (at + SLOT) & (slots.length - 1)) {
      if (slots[at] === 0) return -1;
      if (slots[at] === left + 1 && slots[at + 1] === right) return at;
    }
  }

  rank(at: number): number {
    return this.#slots[at + 2];
  }

  /** The symbol that the merge makes. */
  joined(at: number): number {
    return this.#slots[at + 3];
  }

  /** The symbol with the text `source[start … end)`, or -1. */
  symbolOf(source: Uint8Array, start: number, end: number): number {
    const token = this.#tokens.find(source, start, end);
    if (token >= 0 || this.#others.size === 0) return token;
    return this.#others.get(latin1.decode(source.subarray(start, end))) ?? -1;
  }

  /** The symbol with the text `source[start … middle)` and `source[from … end)` put together; a new one where there is none. */
  symbol(source: Uint8Array, start: number, middle: number, from: number, end: number): number {
    const token = this.#tokens.findJoined(source, start, middle, from, end);
    if (token >= 0) return token;
    const key = `${latin1.decode(source.subarray(start, middle))}${latin1.decode(source.subarray(from, end))}`;
    const symbol = this.#others.get(key) ?? this.#nVocab + this.#others.size;
    this.#others.set(key, symbol);
    return symbol;
  }

  /** The first of two equal merges counts. */
  #add(left: number, right: number, rank: number, joined: number): void {
    const slots = this.#slots;
    let at = SLOT * (mix(left, right) & this.#mask);
    for (; slots[at] !== 0; at = (at + SLOT) & (slots.length - 1)) {
      if (slots[at] === left + 1 && slots[at + 1] === right) return;
    }
    slots[at] = left + 1;
    slots[at + 1] = right;
    slots[at + 2] = rank;
    slots[at + 3] = joined;
  }
}

function mix(left: number, right: number): number {
  const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function badMerge(rank: number, merges: PackedStrings): ForetokenError {
  const text = JSON.stringify(merges.at(rank));
  const message = `merge ${rank} of ${merges.length} is ${text}, not two texts with a space between`;
  return new ForetokenError('invalid_gguf', message);
}
