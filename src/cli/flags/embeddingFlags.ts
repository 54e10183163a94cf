import type { Pooling } from '../../protocol/options.ts';
import { ForetokenError } from '../../util/errors.ts';
import { type Flag, numberSetting, toggle, valued, withSettings } from './flag.ts';
import { oneOf, wholeNumber } from './values.ts';

/** Flags for embeddings and infill. */
export const EMBEDDING_FLAGS: readonly Flag[] = [
  toggle('embeddings', {
    names: ['--embedding', '--embeddings'],
    help: 'answer requests for embeddings, beside everything else',
    env: 'LLAMA_ARG_EMBEDDINGS',
  }),
  valued(
    {
      names: ['--pooling'],
      value: 'TYPE',
      help: 'what an embedding is: the states of all tokens (none), or their mean, the first (cls), the last (default: none)',
      env: 'LLAMA_ARG_POOLING',
    },
    poolingFrom,
    (given, pooling) => withSettings(given, { pooling }),
  ),
  numberSetting('embdNormalize', wholeNumber, {
    names: ['--embd-normalize'],
    help: 'norm of pooled embeddings: -1 none, 0 largest value, 1 taxicab, 2 Euclidean, p (default: 2)',
  }),
  numberSetting('nUbatch', wholeNumber, {
    names: ['-ub', '--ubatch-size'],
    help: 'longest input of an embedding, unless the last state is wanted (default: the context)',
    env: 'LLAMA_ARG_UBATCH',
  }),
  toggle('spmInfill', {
    names: ['--spm-infill'],
    help: 'infill prompts have suffix, prefix, middle instead of prefix, suffix, middle',
  }),
];

function poolingFrom(text: string, name: string): Pooling {
  if (text !== 'rank') return oneOf('none', 'mean', 'cls', 'last')(text, name);
  throw new ForetokenError(
    'invalid_option',
    `${name} rank is not supported: there is no reranking; use none, mean, cls or last`,
  );
}
