import { option } from './option.ts';
import { integer, number, record } from './valueTypes.ts';

/** Options for what a request does not say. */
export const REQUEST_OPTIONS = {
  /** Default `n_predict` of requests, in tokens; -1 is unlimited. Default -1. */
  nPredict: option(integer(-1, 2 ** 31 - 1), {
    default: -1,
    flag: '-n, --predict, --n-predict',
    env: 'LLAMA_ARG_N_PREDICT',
    help: 'tokens to predict, -1 for no limit',
  }),
  /** Default `seed` of requests; -1 is a random one for each. Default -1. */
  seed: option(integer(-1, 2 ** 32 - 1), {
    default: -1,
    flag: '-s, --seed',
    help: 'seed, -1 for a random one',
  }),
  /** Default `temperature` of requests. Default 0.8. */
  temperature: option(number(0), {
    default: 0.8,
    flag: '--temp, --temperature',
    env: 'LLAMA_ARG_TEMPERATURE',
    help: 'temperature',
  }),
  /** Defaults of request fields, by their names in a request: `{ top_k: 20, stop: ['\n'] }`. */
  requestDefaults: option(record, { noFlag: 'every field has a flag of its own, such as `--top-k`' }),
};
