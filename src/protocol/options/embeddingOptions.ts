import { option } from './option.ts';
import { boolean, integer, word } from './valueTypes.ts';

/** Ways to pool the hidden states of an input to embed. */
const POOLINGS = ['none', 'mean', 'cls', 'last'] as const;
export type Pooling = (typeof POOLINGS)[number];

/** Options of embeddings and infill. */
export const EMBEDDING_OPTIONS = {
  /** Whether to serve `POST /embedding`, `/embeddings` and `/v1/embeddings` in addition to everything else. Default false. */
  embeddings: option(boolean, {
    default: false,
    flag: '--embedding, --embeddings',
    env: 'LLAMA_ARG_EMBEDDINGS',
    help: 'answer requests for embeddings, beside everything else',
  }),
  /** Pooling of embeddings: the hidden states of all tokens of the input, their mean, the first, or the last. Default 'none'. */
  pooling: option(word(POOLINGS, { words: ['rank'], reason: 'there is no reranking' }), {
    default: 'none',
    flag: '--pooling',
    env: 'LLAMA_ARG_POOLING',
    value: 'TYPE',
    help: 'what an embedding is: the states of all tokens (none), or their mean, the first (cls), the last',
  }),
  /** Norm of pooled embeddings: -1 none, 0 the largest value, 1 taxicab, 2 Euclidean, and so on. Default 2. */
  embdNormalize: option(integer(-1, 2 ** 31 - 1), {
    default: 2,
    flag: '--embd-normalize',
    help: 'norm of pooled embeddings: -1 none, 0 largest value, 1 taxicab, 2 Euclidean, p',
  }),
  /**
   * Longest input of an embedding, except with `pooling: 'last'`. It stands for llama-server's physical batch, which such an
   * input has to fit. Default: the context of a slot.
   */
  nUbatch: option(integer(1, 2 ** 20), {
    flag: '-ub, --ubatch-size',
    env: 'LLAMA_ARG_UBATCH',
    help: 'longest input of an embedding, unless the last state is wanted (default: the context)',
  }),
  /** Order of an infill prompt: suffix, prefix, middle instead of prefix, suffix, middle. Default false. */
  spmInfill: option(boolean, {
    default: false,
    flag: '--spm-infill',
    help: 'infill prompts have suffix, prefix, middle instead of prefix, suffix, middle',
  }),
};
