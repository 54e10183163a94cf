import { option } from './option.ts';
import { boolean, integer, list, number, text } from './valueTypes.ts';

/** Options of the routes of the server. */
export const ACCESS_OPTIONS = {
  /** API keys, one of which each request needs as `Authorization: Bearer KEY`. Default: none needed. */
  apiKeys: option(list(text), {
    flag: '--api-key',
    env: 'LLAMA_API_KEY',
    value: 'KEYS',
    help: 'keys that requests need one of, separated by commas',
    repeat: 'lists',
    also: [
      {
        flag: '--api-key-file',
        env: 'LLAMA_ARG_API_KEY_FILE',
        value: 'FILE',
        help: 'the same, from a file, one in a line',
        from: 'lines',
      },
    ],
  }),
  /** Whether to serve `GET /slots`. Default true. */
  slotsEndpoint: option(boolean, {
    default: true,
    flag: '--slots',
    off: '--no-slots',
    env: 'LLAMA_ARG_ENDPOINT_SLOTS',
    help: 'answer GET /slots',
  }),
  /** Whether to serve `GET /metrics`. Default false. */
  metricsEndpoint: option(boolean, {
    default: false,
    flag: '--metrics',
    env: 'LLAMA_ARG_ENDPOINT_METRICS',
    help: 'answer GET /metrics',
  }),
  /** Whether to serve `POST /props`. Default false. */
  propsEndpoint: option(boolean, {
    default: false,
    flag: '--props',
    env: 'LLAMA_ARG_ENDPOINT_PROPS',
    help: 'answer POST /props',
  }),
  /** Seconds without a request after which the GPU is freed; the next request loads the models again. -1 is never. Default -1. */
  sleepIdleSeconds: option(number(-1, 2 ** 31 / 1000), {
    default: -1,
    flag: '--sleep-idle-seconds',
    help: 'free the GPU after so many seconds without a request, -1 for never',
  }),
  /** Path of a route for batches of requests, as in Vertex AI's prediction protocol. Default: none. */
  predictRoute: option(text, {
    noFlag: 'set by the variables of that protocol, `AIP_MODE` and `AIP_PREDICT_ROUTE`',
  }),
  /** Whether chat responses include the model's input (`__verbose`), unless a request overrides it. Default false. */
  verbose: option(boolean, {
    default: false,
    flag: '-v, --verbose, --log-verbose',
    help: 'log what the engine does, and add __verbose to chat answers',
  }),
  /** Number of engines that ran before this one, for `/metrics`. Default 0. */
  restarts: option(integer(0, 2 ** 31 - 1), { default: 0, noFlag: '`foretoken serve` counts them' }),
};
