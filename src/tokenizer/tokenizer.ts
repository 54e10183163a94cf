import type { FimRole, VocabType } from './vocabularySpec.ts';

export interface EncodeOptions {
  /** Add BOS, EOS and SEP where the vocabulary asks for them. */
  readonly addSpecial: boolean;
  /** Recognise control tokens written in the text, e.g. `</s>`; otherwise they are ordinary characters. */
  readonly parseSpecial: boolean;
}

/** Text ↔ tokens of a vocabulary, token for token as llama.cpp. */
export interface Tokenizer {
  readonly vocabType: VocabType;
  readonly nVocab: number;
  /** Ids of the special tokens, -1 where the vocabulary has none. */
  readonly bos: number;
  readonly eos: number;
  readonly sep: number;
  readonly addBos: boolean;
  readonly addEos: boolean;
  /** Tokens that end generation, ascending. */
  readonly eogTokens: readonly number[];
  /** Tokens for fill-in-the-middle prompts, as far as the vocabulary has them. */
  readonly fim: Readonly<Partial<Record<FimRole, number>>>;

  /** Lone surrogates count as U+FFFD. */
  encode(text: string, options: EncodeOptions): number[];

  /** No fewer tokens than these come of `text`: an estimate in no time, where all of it would take seconds. */
  leastTokens(text: string): number;

  /**
   * The bytes a token stands for, with its spaces; they need not be whole characters. Control tokens and the unknown token have
   * none unless `special`; unused and undefined ones never have any.
   */
  piece(token: number, special: boolean): Uint8Array;

  /** The pieces one after the other, as llama-server's `/detokenize` gives them: the leading space stays, bytes that are not UTF-8 become U+FFFD. */
  decode(tokens: readonly number[], special: boolean): string;

  /**
   * The text of tokens as a whole, as `llama_detokenize` gives it: without special tokens, without the space that was put before
   * the text, and in some vocabularies without the spaces before punctuation.
   */
  detokenize(tokens: readonly number[]): string;

  /** The piece as text, special tokens included. */
  pieceText(token: number): string;

  /** Whether the token ends generation. */
  isEog(token: number): boolean;

  /** Whether the token is rendered only on request. */
  isSpecial(token: number): boolean;

  /** The text in the vocabulary: `▁` or `Ġ` for a space, `<0x0A>` or `Ċ` for a newline byte. */
  tokenText(token: number): string;

  /** The token with exactly that text in the vocabulary. */
  tokenOf(text: string): number | undefined;
}
