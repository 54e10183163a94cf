import type { PackedStrings } from '../util/packedStrings.ts';
import type { PreTokenizer } from './preTokenizers.ts';

/** Values of `tokenizer.ggml.token_type`: llama.cpp's `enum llama_token_type`. */
export const TOKEN_TYPE = {
  undefined: 0,
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

/** Roles of tokens in fill-in-the-middle prompts. */
export const FIM_ROLES = ['prefix', 'suffix', 'middle', 'pad', 'repo', 'separator'] as const;

/** Role of a token in fill-in-the-middle prompts. */
export type FimRole = (typeof FIM_ROLES)[number];

/** Tokenization method, with the data that only this method needs. */
export type Method =
  /** SentencePiece's BPE: neighbours merge into the token with the highest score. */
  | { readonly kind: 'spm'; readonly addSpacePrefix: boolean }
  /** BPE on bytes, word by word; `merges` are pairs of texts with a space between, in order of priority. */
  | { readonly kind: 'bpe'; readonly merges: PackedStrings; readonly pre: PreTokenizer }
  /** BPE on characters, line by line, spaces as `▁`. */
  | { readonly kind: 'line-bpe'; readonly merges: PackedStrings; readonly wholeNewlines: boolean }
  /** BERT's WordPiece: the longest token from the left. */
  | { readonly kind: 'wpm'; readonly lowercase: boolean; readonly stripAccents: boolean }
  /** SentencePiece's unigram model: the tokens with the highest sum of scores, after a normalizer. */
  | {
      readonly kind: 'ugm';
      readonly addSpacePrefix: boolean;
      readonly removeExtraSpaces: boolean;
      /** `precompiled_charsmap` of the file; empty if there is none. */
      readonly charsmap: Uint8Array;
    };

/** Vocabulary as a model file states it. Ids are indices into `tokens`; -1 means none. */
export interface VocabularySpec {
  readonly method: Method;
  readonly tokens: PackedStrings;
  /** One per token; empty if the method uses none. */
  readonly scores: readonly number[] | Float32Array;
  /** One of `TOKEN_TYPE` per token. */
  readonly types: readonly number[] | Int32Array;
  readonly bos: number;
  readonly eos: number;
  readonly unk: number;
  /** Token that ends each text of a `wpm` vocabulary and separates the texts of a pair. */
  readonly sep: number;
  /** End of a turn and end of a message; both end generation like `eos`. */
  readonly eot?: number;
  readonly eom?: number;
  readonly fim?: Readonly<Partial<Record<FimRole, number>>>;
  readonly addBos: boolean;
  readonly addEos: boolean;
  /** Whether decoding a whole text removes the spaces before punctuation. */
  readonly cleanSpaces: boolean;
  /** Special tokens that swallow the white space before them, and after them. */
  readonly lstrip?: readonly number[];
  readonly rstrip?: readonly number[];
  /** Warnings for the user, one sentence each. */
  readonly warnings: readonly string[];
}

/** Kinds of vocabularies that llama.cpp distinguishes, by its names; Gemma 4's is BPE, too. */
export type VocabType = 'spm' | 'bpe' | 'wpm' | 'ugm';

export function vocabTypeOf({ method }: VocabularySpec): VocabType {
  return method.kind === 'line-bpe' ? 'bpe' : method.kind;
}
