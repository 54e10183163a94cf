import { SpecialPartition } from './partition.ts';
import { tokenizeSpm } from './spm.ts';
import { Vocabulary } from './vocabulary.ts';
import { type FimRole, TOKEN_TYPE, type VocabularySpec } from './vocabularySpec.ts';

/** What SentencePiece writes for a space. */
const SPACE = '▁';

export interface EncodeOptions {
  /** Add BOS and EOS where the vocabulary asks for them. */
  readonly addSpecial: boolean;
  /** Recognise control tokens written in the text, e.g. `</s>`; otherwise they are ordinary characters. */
  readonly parseSpecial: boolean;
}

/** Text ↔ tokens of a `llama` (SentencePiece) vocabulary, token for token as llama.cpp. */
export class Tokenizer {
  readonly nVocab: number;
  /** Ids of the special tokens, -1 where the vocabulary has none. */
  readonly bos: number;
  readonly eos: number;
  readonly addBos: boolean;
  readonly addEos: boolean;

  readonly #addSpacePrefix: boolean;
  readonly #vocabulary: Vocabulary;
  readonly #partition: SpecialPartition;
  readonly #encoder = new TextEncoder();
  /** UTF-16 units of the longest token. */
  readonly #longest: number;

  /** @throws ForetokenError `invalid_gguf` when the parts of the specification do not fit together */
  constructor(spec: VocabularySpec) {
    this.#vocabulary = new Vocabulary(spec);
    this.#partition = new SpecialPartition(this.#vocabulary, spec.rstrip ?? []);
    this.#addSpacePrefix = spec.addSpacePrefix;
    this.nVocab = spec.tokens.length;
    this.#longest = spec.tokens.reduce((longest, { length }) => Math.max(longest, length), 1);
    this.bos = spec.bos;
    this.eos = spec.eos;
    this.addBos = spec.addBos;
    this.addEos = spec.addEos;
  }

  /** Tokens that end generation, ascending. */
  get eogTokens(): readonly number[] {
    return [...this.#vocabulary.eog].sort((a, b) => a - b);
  }

  /** Tokens for fill-in-the-middle prompts, as far as the vocabulary has them. */
  get fim(): Readonly<Partial<Record<FimRole, number>>> {
    return this.#vocabulary.fim;
  }

  /** No fewer tokens than these come of `text`: an estimate in no time, where all of it would take seconds. */
  leastTokens(text: string): number {
    // White space behind a special token may count for nothing.
    const nSpaces = text.match(/\s/g)?.length ?? 0;
    return Math.ceil((text.length - nSpaces) / this.#longest);
  }

  /** Lone surrogates count as U+FFFD. */
  encode(text: string, { addSpecial, parseSpecial }: EncodeOptions): number[] {
    const tokens: number[] = [];
    if (addSpecial && this.addBos) tokens.push(this.bos);

    let afterSpecial = true;
    for (const fragment of this.#partition.split(text.replace(/\p{Surrogate}/gu, '\uFFFD'), parseSpecial)) {
      if (typeof fragment === 'number') {
        tokens.push(fragment);
        afterSpecial = true;
        continue;
      }
      const prefix = this.#addSpacePrefix && afterSpecial ? SPACE : '';
      tokenizeSpm(prefix + fragment.replaceAll(' ', SPACE), this.#vocabulary, tokens);
      afterSpecial = false;
    }

    if (addSpecial && this.addEos) tokens.push(this.eos);
    return tokens;
  }

  /**
   * The bytes a token stands for, `▁x` as ` x`; they need not be whole characters. Control tokens and the unknown token have
   * none unless `special`; unused and undefined ones never have any.
   */
  piece(token: number, special: boolean): Uint8Array {
    const text = this.#vocabulary.text(token);
    switch (this.#vocabulary.type(token)) {
      case TOKEN_TYPE.normal:
        return this.#encoder.encode(text.replaceAll(SPACE, ' '));
      case TOKEN_TYPE.byte:
        return Uint8Array.of(Number.parseInt(text.slice(3, 5), 16));
      case TOKEN_TYPE.userDefined:
        return this.#encoder.encode(text);
      case TOKEN_TYPE.control:
      case TOKEN_TYPE.unknown:
        return special ? this.#encoder.encode(text) : new Uint8Array();
      default:
        return new Uint8Array();
    }
  }

  /** The pieces one after the other, as llama-server's `/detokenize` gives them: the leading space stays, bytes that are not UTF-8 become U+FFFD. */
  decode(tokens: readonly number[], special: boolean): string {
    const decoder = newDecoder();
    const parts = tokens.map(token => decoder.decode(this.piece(token, special), { stream: true }));
    return parts.join('') + decoder.decode();
  }

  /** The piece as text, special tokens included. */
  pieceText(token: number): string {
    return newDecoder().decode(this.piece(token, true));
  }

  /** Whether the token ends generation. */
  isEog(token: number): boolean {
    return this.#vocabulary.eog.has(token);
  }

  /** Whether the token is rendered only on request. */
  isSpecial(token: number): boolean {
    return this.#vocabulary.isHidden(token);
  }

  /** The text in the vocabulary: `▁` for a space, `<0x0A>` for a newline byte. */
  tokenText(token: number): string {
    return this.#vocabulary.text(token);
  }

  /** The token with exactly that text in the vocabulary. */
  tokenOf(text: string): number | undefined {
    return this.#vocabulary.idOf(text);
  }
}

function newDecoder(): TextDecoder {
  // A byte order mark is a token like any other.
  return new TextDecoder('utf-8', { ignoreBOM: true });
}
