import { BYTE_CHARACTERS, bytesOfAlphabet } from './byteAlphabet.ts';
import type { Encoding } from './encoding.ts';
import { Merger, NEVER } from './merger.ts';
import { splitterOf } from './preTokenizers.ts';
import { TextTable } from './textTable.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { Method } from './vocabularySpec.ts';
import { WordCache } from './wordCache.ts';

const utf8 = new TextEncoder();

/** Characters of the alphabet as UTF-8, one or two bytes each. */
const CHARACTERS: readonly Uint8Array[] = BYTE_CHARACTERS.map(character => utf8.encode(character));

/**
 * Byte-level BPE, as in GPT-2 (llama.cpp: src/llama-vocab.cpp, llm_tokenizer_bpe_session). A regular expression splits the text
 * into words. The first symbols of a word are its bytes, each spelled as a character; neighbours merge in the order of the list.
 * O(n log n) per word.
 */
export class BpeEncoding implements Encoding {
  readonly mayDropText: boolean;
  readonly #vocabulary: Vocabulary;
  readonly #ignoreMerges: boolean;
  readonly #split: (text: string) => readonly string[];
  readonly #merges: TextTable;
  readonly #words = new WordCache();
  readonly #merger = new Merger();
  /** Word spelled in the alphabet. */
  #spelled = new Uint8Array(256);

  constructor({ merges, pre }: Extract<Method, { kind: 'bpe' }>, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#ignoreMerges = pre.ignoreMerges;
    this.#split = splitterOf(pre);
    this.#merges = new TextTable(merges);
    this.mayDropText = CHARACTERS.some(bytes => vocabulary.table.find(bytes, 0, bytes.length) < 0);
  }

  encode(text: string, _afterSpecial: boolean, output: number[]): void {
    for (const word of this.#split(text)) this.#words.append(word, output, this.#encodeWord);
  }

  pieceBytes(text: Uint8Array): Uint8Array {
    return bytesOfAlphabet(text);
  }

  readonly #rankOf = (left: number, right: number, end: number): number => {
    const rank = this.#merges.findPair(this.#spelled, left, right, end);
    return rank < 0 ? NEVER : rank;
  };

  readonly #encodeWord = (word: string, output: number[]): void => {
    const bytes = utf8.encode(word);
    if (this.#spelled.length < 2 * bytes.length) this.#spelled = new Uint8Array(4 * bytes.length);
    this.#merger.reserve(2 * bytes.length);
    const { next } = this.#merger;
    const spelled = this.#spelled;
    let length = 0;
    for (const byte of bytes) {
      const start = length;
      for (const part of CHARACTERS[byte]) spelled[length++] = part;
      next[start] = length;
    }

    const { table } = this.#vocabulary;
    const whole = this.#ignoreMerges ? table.find(spelled, 0, length) : -1;
    if (whole >= 0) {
      output.push(whole);
      return;
    }
    this.#merger.merge(length, this.#rankOf);
    for (let i = 0; i < length; i = next[i]) {
      const token = table.find(spelled, i, next[i]);
      if (token >= 0) output.push(token);
      else this.#pushAscii(i, next[i], output);
    }
  };

  /** If a symbol is not a token, llama.cpp outputs only its ASCII characters and drops the others. */
  #pushAscii(start: number, end: number, output: number[]): void {
    for (let i = start; i < end; i++) {
      const token = this.#spelled[i] < 0x80 ? this.#vocabulary.table.find(this.#spelled, i, i + 1) : -1;
      if (token >= 0) output.push(token);
    }
  }
}
