import type { Pooling } from '../../protocol/options.ts';

/** Golden results of llama.cpp for a small model, described by the README beside the models. */
export interface Golden {
  /** Name of the GGUF file. */
  readonly model: string;
  readonly arch: string;
  /** Purpose of the model. */
  readonly what: string;
  readonly n_ctx: number;
  readonly tokenize?: readonly TokenizeGolden[];
  readonly greedy?: readonly GreedyGolden[];
  readonly embeddings?: readonly EmbeddingGolden[];
  readonly rerank?: readonly unknown[];
}

export interface TokenizeGolden {
  readonly text: string;
  readonly ids: readonly number[];
  /** The ids with BOS and EOS, if the model wants them. */
  readonly ids_special: readonly number[];
}

/** Prompt continued at temperature 0. */
export interface GreedyGolden {
  readonly prompt: string;
  readonly tokens: readonly number[];
  /** The five likeliest tokens for each token of the answer, best first. */
  readonly top: readonly (readonly (readonly [id: number, logprob: number])[])[];
}

export interface EmbeddingGolden {
  readonly pooling: Pooling;
  readonly results: readonly {
    readonly text: string;
    /** One vector, or one per token, before any normalization. */
    readonly raw: readonly number[] | readonly (readonly number[])[];
  }[];
}
