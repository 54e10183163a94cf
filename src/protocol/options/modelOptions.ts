import { option } from './option.ts';
import { boolean, list, text, textOrTexts, word } from './valueTypes.ts';

/** Types of the K and V caches. */
const CACHE_TYPES = ['f32', 'f16'] as const;
/** Type of the K and V caches. */
export type CacheType = (typeof CACHE_TYPES)[number];

/** Options of the model as a whole. */
export const MODEL_OPTIONS = {
  /** Address of a server with the API of the Hugging Face Hub, for `hf:` models. Default: the Hub. */
  hfEndpoint: option(text, { noFlag: '`foretoken serve` downloads models itself, from `HF_ENDPOINT`' }),
  /** Access token for repositories of the Hub that need a login. No other server gets it. */
  hfToken: option(text, { noFlag: '`foretoken serve` downloads models itself, with its own `--hf-token`' }),
  /**
   * Whether to keep models that have an address in the browser's storage of this site and load them from there. If there is no room
   * for them, they are read from their address, and `report.warnings` says so. Default false.
   */
  store: option(boolean, { default: false, noFlag: '`foretoken serve` keeps models in its own cache' }),
  /** Names of the model in requests; responses have the alphabetically first one. Default: the model's own name. */
  alias: option(textOrTexts, {
    flag: '-a, --alias',
    env: 'LLAMA_ARG_ALIAS',
    value: 'NAMES',
    help: 'names the server answers with, separated by commas (default: the path of the model)',
  }),
  /** Tags in the list of models. */
  tags: option(list(text), {
    flag: '--tags',
    env: 'LLAMA_ARG_TAGS',
    value: 'TAGS',
    help: 'tags in the list of models, separated by commas',
  }),
  /** Type of the KV cache of the target and the draft. Default 'f16'. */
  cacheType: option(word(CACHE_TYPES), {
    default: 'f16',
    flag: '-ctk, --cache-type-k',
    env: 'LLAMA_ARG_CACHE_TYPE_K',
    value: 'TYPE',
    help: 'type of the K cache, f16 or f32; the V cache has the same',
    also: [
      {
        flag: '-ctv, --cache-type-v',
        env: 'LLAMA_ARG_CACHE_TYPE_V',
        value: 'TYPE',
        help: 'type of the V cache, f16 or f32; the K cache has the same',
      },
    ],
    agree: true,
  }),
  /**
   * Whether to measure which kernel variants with identical results are fastest on this adapter with this model. Takes at most a
   * second at the first load and nothing later, see `report.autotune`. Default: true on a GPU, false on a software adapter.
   */
  autotune: option(boolean, {
    flag: '--autotune',
    off: '--no-autotune',
    help: 'spend up to a second of the first load on finding what is fastest here, without changing an answer (default: on a GPU)',
  }),
  /**
   * Whether to try every compiled kernel on small inputs before the server is ready: against the same computation on the CPU, and
   * rows of a batch against a single row. A variant that fails is replaced, see `report.selfTest`. Default true.
   */
  selfTest: option(boolean, { default: true, noFlag: 'a server is worth the fraction of a second' }),
  /** Whether to count every WebGPU call, for benchmarks; read the counts with `server.counters()`. Default false. */
  countCalls: option(boolean, { default: false, noFlag: 'only a page can read the counts' }),
};
