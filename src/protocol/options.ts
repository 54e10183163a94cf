import { ACCESS_OPTIONS } from './options/accessOptions.ts';
import { CHAT_OPTIONS } from './options/chatOptions.ts';
import { CONTEXT_OPTIONS } from './options/contextOptions.ts';
import { EMBEDDING_OPTIONS } from './options/embeddingOptions.ts';
import { MODEL_OPTIONS } from './options/modelOptions.ts';
import { type GivenValues, type ResolvedValues, resolve } from './options/option.ts';
import { REQUEST_OPTIONS } from './options/requestOptions.ts';
import { SPECULATION_OPTIONS } from './options/speculationOptions.ts';

export type { ReasoningFormat } from './options/chatOptions.ts';
export type { Pooling } from './options/embeddingOptions.ts';
export type { CacheType } from './options/modelOptions.ts';
export type { SpecType } from './options/speculationOptions.ts';

/**
 * Source of a GGUF file: a URL, a file that the user chose, or its bytes. `hf:ORG/NAME`, `hf:ORG/NAME:TYPE` and
 * `hf:ORG/NAME/FILE.gguf` name a model of the Hugging Face Hub with all its parts; without a type it is Q4_K_M, else Q8_0, else the
 * first file.
 */
export type ModelSource = string | URL | Blob | Uint8Array | ArrayBuffer;

/**
 * Model: one file, or all parts of a split one, in any order. The URL of one part is enough if they are named
 * `PREFIX-00001-of-00003.gguf`.
 */
export type ModelFiles = ModelSource | readonly ModelSource[];

/** Every option of `createServer` except the models. A new option is a row of one of these tables, and nothing else. */
export const OPTIONS = {
  ...MODEL_OPTIONS,
  ...CONTEXT_OPTIONS,
  ...SPECULATION_OPTIONS,
  ...REQUEST_OPTIONS,
  ...CHAT_OPTIONS,
  ...EMBEDDING_OPTIONS,
  ...ACCESS_OPTIONS,
};

/** Options as a user gives them. */
export interface GivenOptions extends GivenValues<typeof OPTIONS> {}

/** Options with the defaults filled in; those that depend on the model or the adapter may be undefined. */
export interface ResolvedOptions extends ResolvedValues<typeof OPTIONS> {}

/** Options of `createServer`; the defaults are llama-server's if it has the option. */
export interface ServerOptions extends GivenOptions {
  readonly model: ModelFiles;
  /** Draft model for speculative decoding; its vocabulary must fit the target's. */
  readonly modelDraft?: ModelFiles;
}

/** Fills in the defaults. The models, which have none, stay as they are. */
export function withDefaults<Given extends GivenOptions>(
  given: Given,
): Omit<Given, keyof GivenOptions> & ResolvedOptions {
  return resolve(OPTIONS, given);
}
