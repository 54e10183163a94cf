import { ACCESS_OPTIONS } from './options/accessOptions.ts';
import { CHAT_OPTIONS } from './options/chatOptions.ts';
import { CONTEXT_OPTIONS } from './options/contextOptions.ts';
import { EMBEDDING_OPTIONS } from './options/embeddingOptions.ts';
import { MODEL_OPTIONS } from './options/modelOptions.ts';
import { type ResolvedValues, resolve } from './options/option.ts';
import { REQUEST_OPTIONS } from './options/requestOptions.ts';
import { SPECULATION_OPTIONS } from './options/speculationOptions.ts';
import type { GivenOptions } from './serverOptions.ts';

export type { ReasoningFormat } from './options/chatOptions.ts';
export type { Pooling } from './options/embeddingOptions.ts';
export type { CacheType } from './options/modelOptions.ts';
export type { SpecType } from './options/speculationOptions.ts';
export type { GivenOptions } from './serverOptions.ts';

/**
 * Source of a GGUF file: a URL, a file that the user chose, or its bytes. `hf:ORG/NAME`, `hf:ORG/NAME:TYPE` and
 * `hf:ORG/NAME/FILE.gguf` name a model of the Hugging Face Hub with all its parts; without a type it is Q4_K_M, else Q8_0, else the
 * first file.
 */
export type ModelSource = string | URL | DigestedSource | Blob | Uint8Array | ArrayBuffer;

/** File at a URL whose content must have a SHA-256, in 64 hexadecimal digits. It needs the option `store`. */
export interface DigestedSource {
  readonly url: string | URL;
  readonly sha256: string;
}

/**
 * Model: one file, or all parts of a split one, in any order. The URL of one part is enough if they are named
 * `PREFIX-00001-of-00003.gguf`.
 */
export type ModelFiles = ModelSource | readonly ModelSource[];

/** Tables of the options by subject. A new option is a row of one of them. */
export const OPTION_GROUPS = {
  model: MODEL_OPTIONS,
  context: CONTEXT_OPTIONS,
  speculation: SPECULATION_OPTIONS,
  request: REQUEST_OPTIONS,
  chat: CHAT_OPTIONS,
  embedding: EMBEDDING_OPTIONS,
  access: ACCESS_OPTIONS,
};

/** Every option of `createServer` except the models. */
export const OPTIONS = {
  ...OPTION_GROUPS.model,
  ...OPTION_GROUPS.context,
  ...OPTION_GROUPS.speculation,
  ...OPTION_GROUPS.request,
  ...OPTION_GROUPS.chat,
  ...OPTION_GROUPS.embedding,
  ...OPTION_GROUPS.access,
};

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
