import type { Encoding } from './encoding.ts';
import { escapeSpaces, unescapedBytes } from './escapedSpaces.ts';
import { Merger, NEVER } from './merger.ts';
import { characterLength } from './spm.ts';
import { TextTable } from './textTable.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { Method } from './vocabularySpec.ts';
import { WordCache } from './wordCache.ts';
import { wordSplitter } from './wordSplitter.ts';

const utf8 = new TextEncoder();

/**
 * BPE on characters, as in Gemma 4: spaces become `▁`, and the merges of a list join characters within a line. Characters that
 * are not tokens become their UTF-8 bytes (llama.cpp: src/llama-vocab.cpp, LLAMA_VOCAB_PRE_TYPE_GEMMA4). O(n log n).
 */
export class LineBpeEncoding implements Encoding {
  readonly mayDropText: boolean;
  readonly #vocabulary: Vocabulary;
  readonly #wholeNewlines: boolean;
  readonly #merges: TextTable;
  readonly #split: (text: string) => readonly string[];
  readonly #words = new WordCache();
  readonly #merger = new Merger();
  #bytes: Uint8Array = new Uint8Array();

  constructor({ merges, wholeNewlines }: Extract<Method, { kind: 'line-bpe' }>, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#wholeNewlines = wholeNewlines;
    this.#merges = new TextTable(merges);
    this.#split = wordSplitter([vocabulary.texts, merges]);
    this.mayDropText = vocabulary.byteTokens.some(token => token < 0);
  }

  encode(text: string, _afterSpecial: boolean, output: number[]): void {
    for (const line of escapeSpaces(text).match(/[^\n]+|\n+/g) ?? []) {
      if (line.startsWith('\n')) this.#words.append(line, output, this.#encodeNewlines);
      else for (const word of this.#split(line)) this.#words.append(word, output, this.#encodeWord);
    }
  }

  pieceBytes(text: Uint8Array): Uint8Array {
    return unescapedBytes(text);
  }

  readonly #rankOf = (left: number, right: number, end: number): number => {
    const rank = this.#merges.findPair(this.#bytes, left, right, end);
    return rank < 0 ? NEVER : rank;
  };

  readonly #encodeNewlines = (newlines: string, output: number[]): void => {
    const token = this.#wholeNewlines ? this.#vocabulary.idOf(newlines) : undefined;
    if (token === undefined) this.#encodeWord(newlines, output);
    else output.push(token);
  };

  readonly #encodeWord = (word: string, output: number[]): void => {
    const bytes = utf8.encode(word);
    const { length } = bytes;
    this.#bytes = bytes;
    this.#merger.reserve(length);
    const { next } = this.#merger;
    for (let i = 0; i < length; i = next[i]) next[i] = i + characterLength(bytes[i]);
    this.#merger.merge(length, this.#rankOf);
    for (let i = 0; i < length; i = next[i]) this.#push(bytes, i, next[i], output);
  };

  #push(bytes: Uint8Array, start: number, end: number, output: number[]): void {
    const token = this.#vocabulary.table.find(bytes, start, end);
    if (token >= 0) {
      output.push(token);
      return;
    }
    for (let i = start; i < end; i++) {
      const byteToken = this.#vocabulary.byteTokens[bytes[i]];
      if (byteToken >= 0) output.push(byteToken);
    }
  }
}
