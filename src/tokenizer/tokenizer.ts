import type { FimRole, VocabType } from './vocabularySpec.ts';

/** Options of `encode`. */
export interface EncodeOptions {
  /** Whether to add BOS, EOS and SEP if the vocabulary wants them. */
  readonly addSpecial: boolean;
  /** Whether to recognise control tokens written in the text, e.g. `</s>`; otherwise they are ordinary characters. */
  readonly parseSpecial: boolean;
}

/** Converts between text and tokens of a vocabulary, token for token like llama.cpp. */
export interface Tokenizer {
  readonly vocabType: VocabType;
  readonly nVocab: number;
  /** Ids of the special tokens, -1 if the vocabulary has none. */
  readonly bos: number;
  readonly eos: number;
  readonly sep: number;
  readonly addBos: boolean;
  readonly addEos: boolean;
  /** Tokens that end generation, ascending. */
  readonly eogTokens: readonly number[];
  /** Tokens for fill-in-the-middle prompts that the vocabulary has. */
  readonly fim: Readonly<Partial<Record<FimRole, number>>>;

  /** Encodes text; lone surrogates count as U+FFFD. */
  encode(text: string, options: EncodeOptions): number[];

  /** Lower bound of the number of tokens of `text`: an instant estimate where encoding would take seconds. */
  leastTokens(text: string): number;

  /**
   * Bytes that a token stands for, with its spaces; they need not be whole characters. Control tokens and the unknown token have
   * none unless `special`; unused and undefined ones never have any.
   */
  piece(token: number, special: boolean): Uint8Array;

  /**
   * Concatenates the pieces, like llama-server's `/detokenize`: the leading space stays, bytes that are not UTF-8 become U+FFFD.
   */
  decode(tokens: readonly number[], special: boolean): string;

  /**
   * Text of tokens as a whole, like `llama_detokenize`: without special tokens, without the space that was put before the text,
   * and in some vocabularies without the spaces before punctuation.
   */
  detokenize(tokens: readonly number[]): string;

  /** Piece as text, special tokens included. */
  pieceText(token: number): string;

  /** Whether the token ends generation. */
  isEog(token: number): boolean;

  /** Whether the token is rendered only on request. */
  isSpecial(token: number): boolean;

  /** Text in the vocabulary: `▁` or `Ġ` for a space, `<0x0A>` or `Ċ` for a newline byte. */
  tokenText(token: number): string;

  /** Token with exactly that text in the vocabulary. */
  tokenOf(text: string): number | undefined;
}
