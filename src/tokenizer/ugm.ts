import { ByteTrie } from './byteTrie.ts';
import type { Encoding } from './encoding.ts';
import { unescapedBytes } from './escapedSpaces.ts';
import { characterLength } from './spm.ts';
import { UgmNormalizer } from './ugmNormalizer.ts';
import type { Vocabulary } from './vocabulary.ts';
import { type Method, TOKEN_TYPE } from './vocabularySpec.ts';

/** Penalty of a character without a token, below the score of the worst token. */
const UNKNOWN_PENALTY = 10;

/**
 * SentencePiece's unigram model: of all segmentations of the normalized text it takes the one with the highest sum of scores, in
 * doubles, the first of equals (llama.cpp: src/llama-vocab.cpp, llm_tokenizer_ugm_session). O(n · longest token).
 */
export class UgmEncoding implements Encoding {
  readonly mayDropText = true;
  readonly #vocabulary: Vocabulary;
  readonly #normalizer: UgmNormalizer;
  readonly #tokens = new ByteTrie();
  /** Scores by token; 0 for user-defined ones, so that they win. */
  readonly #scores: Float64Array;
  readonly #unknownScore: number;

  constructor(method: Extract<Method, { kind: 'ugm' }>, vocabulary: Vocabulary) {
    const { texts, fileTypes, size } = vocabulary;
    this.#vocabulary = vocabulary;
    this.#normalizer = new UgmNormalizer(method, vocabulary);
    this.#scores = new Float64Array(size);
    let worst = Number.MAX_VALUE;
    for (let token = 0; token < size; token++) {
      const type = fileTypes[token];
      const isNormal = type === TOKEN_TYPE.normal;
      if (isNormal) worst = Math.min(worst, vocabulary.score(token));
      if (!isNormal && type !== TOKEN_TYPE.userDefined && type !== TOKEN_TYPE.unused) continue;
      this.#scores[token] = type === TOKEN_TYPE.userDefined ? 0 : vocabulary.score(token);
      this.#tokens.add(texts.bytes, texts.starts[token], texts.starts[token + 1], token);
    }
    this.#unknownScore = Math.fround(worst - UNKNOWN_PENALTY);
  }

  encode(text: string, _afterSpecial: boolean, output: number[]): void {
    const bytes = this.#normalizer.normalize(text);
    const { length } = bytes;
    // Best segmentation up to each byte: its score, its last token, and the start of that token.
    const best = new Float64Array(length + 1).fill(-Number.MAX_VALUE);
    const lasts = new Int32Array(length + 1);
    const starts = new Int32Array(length + 1);
    best[0] = 0;
    const offer = (score: number, token: number, start: number, end: number) => {
      if (!(score > best[end])) return;
      best[end] = score;
      lasts[end] = token;
      starts[end] = start;
    };

    const { unk } = this.#vocabulary;
    for (let start = 0; start < length; ) {
      const next = Math.min(length, start + characterLength(bytes[start]));
      let hasCharacter = false;
      let node = this.#tokens.child(ByteTrie.ROOT, bytes[start]);
      for (let end = start + 1; node >= 0; end++) {
        const token = this.#tokens.value(node);
        if (token >= 0) {
          offer(best[start] + this.#scores[token], token, start, end);
          hasCharacter ||= end === next;
        }
        node = end < length ? this.#tokens.child(node, bytes[end]) : -1;
      }
      if (!hasCharacter) offer(best[start] + this.#unknownScore, unk, start, next);
      start = next;
    }

    const reversed: number[] = [];
    for (let end = length; end > 0; end = starts[end]) {
      const token = lasts[end];
      // Adjacent unknown characters become one unknown token.
      if (token !== unk || reversed.at(-1) !== unk) reversed.push(token);
    }
    for (const token of reversed.reverse()) output.push(token);
  }

  pieceBytes(text: Uint8Array): Uint8Array {
    return unescapedBytes(text);
  }
}
