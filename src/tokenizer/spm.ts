import { ForetokenError } from '../util/errors.ts';
import type { Encoding } from './encoding.ts';
import { ESCAPED_SPACE, escapeSpaces, unescapedBytes } from './escapedSpaces.ts';
import { Merger, NEVER } from './merger.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { Method } from './vocabularySpec.ts';
import { WordCache } from './wordCache.ts';
import { wordSplitter } from './wordSplitter.ts';

const utf8 = new TextEncoder();

/**
 * SentencePiece's BPE as in llama.cpp (src/llama-vocab.cpp, llm_tokenizer_spm_session). Starting from single characters, it
 * merges the neighbours that form the token with the highest score, the leftmost ones on a tie, until no two form a token.
 * Characters outside the vocabulary become their UTF-8 bytes. O(n log n).
 */
export class SpmEncoding implements Encoding {
  readonly mayDropText = false;
  readonly #vocabulary: Vocabulary;
  readonly #addSpacePrefix: boolean;
  readonly #split: (text: string) => readonly string[];
  readonly #words = new WordCache();
  readonly #merger = new Merger();
  #bytes: Uint8Array = new Uint8Array();

  constructor({ addSpacePrefix }: Extract<Method, { kind: 'spm' }>, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#addSpacePrefix = addSpacePrefix;
    this.#split = wordSplitter([vocabulary.texts]);
  }

  encode(text: string, afterSpecial: boolean, output: number[]): void {
    const prefix = this.#addSpacePrefix && afterSpecial ? ESCAPED_SPACE : '';
    for (const word of this.#split(prefix + escapeSpaces(text)))
      this.#words.append(word, output, this.#encodeWord);
  }

  pieceBytes(text: Uint8Array): Uint8Array {
    return unescapedBytes(text);
  }

  /** The higher the score, the lower the rank. */
  readonly #rankOf = (left: number, _right: number, end: number): number => {
    const token = this.#vocabulary.table.find(this.#bytes, left, end);
    return token < 0 ? NEVER : -this.#vocabulary.score(token);
  };

  readonly #encodeWord = (word: string, output: number[]): void => {
    const bytes = utf8.encode(word);
    this.#bytes = bytes;
    this.#merger.reserve(bytes.length);
    const { next } = this.#merger;
    for (let i = 0; i < bytes.length; i = next[i]) next[i] = i + characterLength(bytes[i]);
    this.#merger.merge(bytes.length, this.#rankOf);
    for (let i = 0; i < bytes.length; i = next[i]) this.#push(bytes, i, next[i], output);
  };

  /** A merged symbol is always a token, so a symbol that is not one is a single character: output its bytes. */
  #push(bytes: Uint8Array, start: number, end: number, output: number[]): void {
    const { table, byteTokens, unk } = this.#vocabulary;
    const token = table.find(bytes, start, end);
    if (token >= 0) {
      output.push(token);
      return;
    }
    for (let i = start; i < end; i++) {
      const byteToken = byteTokens[bytes[i]] < 0 ? unk : byteTokens[bytes[i]];
      if (byteToken < 0) {
        const symbol = new TextDecoder().decode(bytes.subarray(start, end));
        const message = `the vocabulary has no token for ${JSON.stringify(symbol)}, neither for its bytes nor an unknown token`;
        throw new ForetokenError('invalid_gguf', message);
      }
      output.push(byteToken);
    }
  }
}

/** Number of bytes of the UTF-8 character that begins with `lead`. */
export function characterLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
