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

/** A vocabulary as a model file states it; ids are indices into `tokens`, and -1 stands for "none". */
export interface VocabularySpec {
  readonly tokens: readonly string[];
  /** One per token; the pair of symbols with the highest score is merged first. */
  readonly scores: readonly number[] | Float32Array;
  /** One of `TOKEN_TYPE` per token. */
  readonly types: readonly number[] | Int32Array;
  readonly bos: number;
  readonly eos: number;
  readonly unk: number;
  /** End of a turn, and end of a message: they end generation as `eos` does. */
  readonly eot?: number;
  readonly eom?: number;
  readonly fim?: Readonly<Partial<Record<FimRole, number>>>;
  readonly addBos: boolean;
  readonly addEos: boolean;
  readonly addSpacePrefix: boolean;
  /** Special tokens that swallow the white space after them. */
  readonly rstrip?: readonly number[];
}
