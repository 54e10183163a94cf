import type { Encoding } from './encoding.ts';
import { escapeSpaces, unescapedBytes } from './escapedSpaces.ts';
import { type MergeRule, Merger, NEVER } from './merger.ts';
import { MergeTable } from './mergeTable.ts';
import { characterLength } from './spm.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { Method } from './vocabularySpec.ts';
import { WordCache } from './wordCache.ts';
import { wordSplitter } from './wordSplitter.ts';

const utf8 = new TextEncoder();

/**
 * BPE on characters, as Gemma 4 has it: spaces become `▁`, and the merges of a list join characters within a line. Characters
 * that are no tokens become their UTF-8 bytes (llama.cpp: src/llama-vocab.cpp, LLAMA_VOCAB_PRE_TYPE_GEMMA4). O(n log n).
 */
export class LineBpeEncoding implements Encoding, MergeRule {
  readonly mayDropText: boolean;
  readonly #vocabulary: Vocabulary;
  readonly #wholeNewlines: boolean;
  readonly #merges: MergeTable;
  readonly #split: (text: string) => readonly string[];
  readonly #words = new WordCache();
  readonly #merger = new Merger();
  /** By where they begin: symbols, and what they and the ones behind them make. */
  #symbols = new Int32Array(64);
  #joined = new Int32Array(64);

  /** @throws ForetokenError `invalid_gguf` for merges that are none */
  constructor({ merges, wholeNewlines }: Extract<Method, { kind: 'line-bpe' }>, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#wholeNewlines = wholeNewlines;
    this.#merges = new MergeTable(merges, vocabulary.table, vocabulary.size);
    this.#split = wordSplitter([vocabulary.texts, merges]);
    this.mayDropText = vocabulary.byteTokens.some(token => token < 0);
  }

  encode(text: string, _afterSpecial: boolean, output: number[]): void {
    for (const line of escapeSpaces(text).match(/[^\n]+|\n+/g) ?? []) {
      if (line.startsWith('\n')) this.#words.append(line, output, this.#encodeNewlines);
      else for (const word of this.#split(line)) this.#words.append(word, output, this.#encodeWord);
    }
  }

  pieceBytes(text: string): Uint8Array {
    return unescapedBytes(text);
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

  readonly #encodeNewlines = (newlines: string, output: number[]): void => {
    const token = this.#wholeNewlines ? this.#vocabulary.idOf(newlines) : undefined;
    if (token === undefined) this.#encodeWord(newlines, output);
    else output.push(token);
  };

  readonly #encodeWord = (word: string, output: number[]): void => {
    const bytes = utf8.encode(word);
    const { length } = bytes;
    this.#reserve(length);
    const { next } = this.#merger;
    for (let i = 0; i < length; i = next[i]) {
      next[i] = i + characterLength(bytes[i]);
      this.#symbols[i] = this.#merges.symbolOf(bytes, i, next[i]);
    }
    this.#merger.merge(length, this);
    for (let i = 0; i < length; i = next[i]) this.#push(bytes, i, next[i], output);
  };

  #push(bytes: Uint8Array, start: number, end: number, output: number[]): void {
    const symbol = this.#symbols[start];
    if (symbol >= 0 && symbol < this.#vocabulary.size) {
      output.push(symbol);
      return;
    }
    for (let i = start; i < end; i++) {
      const token = this.#vocabulary.byteTokens[bytes[i]];
      if (token >= 0) output.push(token);
    }
  }

  #reserve(length: number): void {
    this.#merger.reserve(length);
    if (this.#symbols.length >= length) return;
    this.#symbols = new Int32Array(2 * length);
    this.#joined = new Int32Array(2 * length);
  }
}
