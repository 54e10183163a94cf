import { BYTE_CHARACTERS, bytesOfAlphabet } from './byteAlphabet.ts';
import type { Encoding } from './encoding.ts';
import { type MergeRule, Merger, NEVER } from './merger.ts';
import { MergeTable } from './mergeTable.ts';
import { splitterOf } from './preTokenizers.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { Method } from './vocabularySpec.ts';
import { WordCache } from './wordCache.ts';

const utf8 = new TextEncoder();

/** The alphabet's characters as UTF-8. */
const CHARACTERS: readonly Uint8Array[] = BYTE_CHARACTERS.map(character => utf8.encode(character));

/**
 * Byte-level BPE, as GPT-2's (llama.cpp: src/llama-vocab.cpp, llm_tokenizer_bpe_session). A regular expression splits the
 * text into words. A word's bytes are its first symbols, and neighbours merge in the order of the list. O(n log n) per word.
 */
export class BpeEncoding implements Encoding, MergeRule {
  readonly mayDropText: boolean;
  readonly #vocabulary: Vocabulary;
  readonly #ignoreMerges: boolean;
  readonly #split: (text: string) => readonly string[];
  readonly #merges: MergeTable;
  /** The symbol of each byte. */
  readonly #byteSymbols: Int32Array;
  readonly #words = new WordCache();
  readonly #merger = new Merger();
  /** By where they begin: symbols, and what they and the ones behind them make. */
  #symbols = new Int32Array(64);
  #joined = new Int32Array(64);
  /** A word in the alphabet. */
  #spelled = new Uint8Array(128);

  /** @throws ForetokenError `invalid_gguf` for merges that are none */
  constructor({ merges, pre }: Extract<Method, { kind: 'bpe' }>, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#ignoreMerges = pre.ignoreMerges;
    this.#split = splitterOf(pre);
    this.#merges = new MergeTable(merges, vocabulary.table, vocabulary.size);
    this.#byteSymbols = Int32Array.from(CHARACTERS, bytes =>
      this.#merges.symbol(bytes, 0, bytes.length, bytes.length, bytes.length),
    );
    this.mayDropText = this.#byteSymbols.some(symbol => symbol >= vocabulary.size);
  }

  encode(text: string, _afterSpecial: boolean, output: number[]): void {
    for (const word of this.#split(text)) this.#words.append(word, output, this.#encodeWord);
  }

  pieceBytes(text: string): Uint8Array {
    return bytesOfAlphabet(text);
  }

  rank(left: number, right: number): number {
    const at = this.#merges.find(this.#symbols[left], this.#symbols[right]);
    if (at < 0) return NEVER;
    this.#joined[left] = this.#merges.joined(at);
    return this.#merges.rank(at);
  }

  join(left: number): void {
    this.#symbols[left] = this.#joined[left];
  }

  readonly #encodeWord = (word: string, output: number[]): void => {
    const bytes = utf8.encode(word);
    if (this.#ignoreMerges) {
      const token = this.#wholeToken(bytes);
      if (token >= 0) {
        output.push(token);
        return;
      }
    }
    const { length } = bytes;
    this.#reserve(length);
    const { next } = this.#merger;
    for (let i = 0; i < length; i++) {
      this.#symbols[i] = this.#byteSymbols[bytes[i]];
      next[i] = i + 1;
    }
    this.#merger.merge(length, this);
    for (let i = 0; i < length; i = next[i]) {
      if (this.#symbols[i] < this.#vocabulary.size) output.push(this.#symbols[i]);
      else this.#pushBytes(bytes, i, next[i], output);
    }
  };

  /** Of a symbol that is no token llama.cpp finds the ASCII characters only, and leaves the others out. */
  #pushBytes(bytes: Uint8Array, start: number, end: number, output: number[]): void {
    for (let i = start; i < end; i++) {
      const symbol = this.#byteSymbols[bytes[i]];
      if (CHARACTERS[bytes[i]].length === 1 && symbol < this.#vocabulary.size) output.push(symbol);
    }
  }

  #wholeToken(bytes: Uint8Array): number {
    if (this.#spelled.length < 2 * bytes.length) this.#spelled = new Uint8Array(4 * bytes.length);
    const spelled = this.#spelled;
    let length = 0;
    for (const byte of bytes) {
      for (const part of CHARACTERS[byte]) spelled[length++] = part;
    }
    return this.#vocabulary.table.find(spelled, 0, length);
  }

  #reserve(length: number): void {
    this.#merger.reserve(length);
    if (this.#symbols.length >= length) return;
    this.#symbols = new Int32Array(2 * length);
    this.#joined = new Int32Array(2 * length);
  }
}
