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

/** What a token is for in fill-in-the-middle prompts. */
export const FIM_ROLES = ['prefix', 'suffix', 'middle', 'pad', 'repo', 'separator'] as const;
export type FimRole = (typeof FIM_ROLES)[number];

/** How text becomes tokens, with what only that way needs. */
export type Method =
  /** SentencePiece's BPE: neighbours merge into the token with the highest score. */
  | { readonly kind: 'spm'; readonly addSpacePrefix: boolean }
  /** BPE on bytes, word by word; `merges` are pairs of texts with a space between, the first one goes first. */
  | { readonly kind: 'bpe'; readonly merges: PackedStrings; readonly pre: PreTokenizer }
  /** BPE on characters, line by line, spaces as `▁`. */
  | { readonly kind: 'line-bpe'; readonly merges: PackedStrings; readonly wholeNewlines: boolean }
  /** BERT's WordPiece: the longest token from the left. */
  | { readonly kind: 'wpm'; readonly lowercase: boolean; readonly stripAccents: boolean }
  /** SentencePiece's unigram model: the tokens with the highest sum of scores, behind a normalizer. */
  | {
      readonly kind: 'ugm';
      readonly addSpacePrefix: boolean;
      readonly removeExtraSpaces: boolean;
      /** `precompiled_charsmap` of the file; empty for none. */
      readonly charsmap: Uint8Array;
    };

/** A vocabulary as a model file states it; ids are indices into `tokens`, and -1 stands for "none". */
export interface VocabularySpec {
  readonly method: Method;
  readonly tokens: PackedStrings;
  /** One per token, or none where the method does without. */
  readonly scores: readonly number[] | Float32Array;
  /** One of `TOKEN_TYPE` per token. */
  readonly types: readonly number[] | Int32Array;
  readonly bos: number;
  readonly eos: number;
  readonly unk: number;
  /** Ends each text of a `wpm` vocabulary, and stands between the texts of a pair. */
  readonly sep: number;
  /** End of a turn, and end of a message: they end generation as `eos` does. */
  readonly eot?: number;
  readonly eom?: number;
  readonly fim?: Readonly<Partial<Record<FimRole, number>>>;
  readonly addBos: boolean;
  readonly addEos: boolean;
  /** Whether texts as a whole lose the spaces before punctuation when tokens become text again. */
  readonly cleanSpaces: boolean;
  /** Special tokens that swallow the white space before them, and after them. */
  readonly lstrip?: readonly number[];
  readonly rstrip?: readonly number[];
  /** What the user should know of this vocabulary, a sentence each. */
  readonly warnings: readonly string[];
}

/** The kinds of vocabularies that llama.cpp tells apart, as it names them: Gemma 4's is BPE, too. */
export type VocabType = 'spm' | 'bpe' | 'wpm' | 'ugm';

export function vocabTypeOf({ method }: VocabularySpec): VocabType {
  return method.kind === 'line-bpe' ? 'bpe' : method.kind;
}
