import type { TokenId } from '../engine/forwardPass.ts';
import type { Sampler } from '../engine/sampler/chain.ts';
import type { SampledToken } from '../engine/sequence.ts';
import type { ForetokenError } from '../util/errors.ts';
import type { CompletionParams } from './completionFields.ts';
import type { Generation } from './generation.ts';

/** One prompt of a request, checked and ready to run. */
export interface Task {
  readonly id: number;
  /** Position of the prompt in its request. */
  readonly index: number;
  readonly prompt: readonly TokenId[];
  readonly params: CompletionParams;
  readonly sampler: Sampler;
  /** Most tokens to generate; Infinity when unlimited. */
  readonly nPredict: number;
  /** Told of everything that happens to the task, in order: nothing follows `finished` or `failed`. */
  readonly onEvent: (event: TaskEvent) => void;
}

export type TaskEvent =
  /** The task has a slot, its prompt is about to be decoded. */
  | { readonly kind: 'started'; readonly generation: Generation }
  /** More of the prompt is in the cache. */
  | { readonly kind: 'progress'; readonly generation: Generation }
  /** A token was sampled; `text` is what may be shown after it, held-back text included. */
  | {
      readonly kind: 'token';
      readonly generation: Generation;
      readonly sampled: SampledToken;
      readonly text: string;
    }
  | { readonly kind: 'finished'; readonly generation: Generation }
  | { readonly kind: 'failed'; readonly error: ForetokenError };
