import type { Pooling } from '../../protocol/options.ts';

/** What llama.cpp says of a small model, as the README beside the models describes it. */
export interface Golden {
  /** Name of the GGUF file. */
  readonly model: string;
  readonly arch: string;
  /** What the model is there for. */
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
  /** The same with BOS and EOS, as far as the model wants them. */
  readonly ids_special: readonly number[];
}

/** A prompt continued at temperature 0. */
export interface GreedyGolden {
  readonly prompt: string;
  readonly tokens: readonly number[];
  /** Per token of the answer the five likeliest, best first. */
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
