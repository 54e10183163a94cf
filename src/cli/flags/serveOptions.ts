/** Options of the process that owns the port; those of the engine are in src/protocol/options. */
import { option } from '../../protocol/options/option.ts';
import { boolean, integer, list, text } from '../../protocol/options/valueTypes.ts';
import { ANY_PAGE } from '../cors.ts';

/** Places of the models. */
export const FILE_OPTIONS = {
  /** Path of the model. */
  model: option(text, {
    flag: '-m, --model',
    env: 'LLAMA_ARG_MODEL',
    value: 'FILE',
    help: 'the model, a GGUF file',
  }),
  hfRepo: option(text, {
    flag: '-hf, -hfr, --hf-repo',
    env: 'LLAMA_ARG_HF_REPO',
    value: 'REPO',
    help: 'a model of the Hugging Face Hub, as ORG/NAME or ORG/NAME:TYPE (default type: Q4_K_M, else Q8_0, else the first file)',
  }),
  hfFile: option(text, {
    flag: '-hff, --hf-file',
    env: 'LLAMA_ARG_HF_FILE',
    value: 'FILE',
    help: 'which file of it',
  }),
  hfRepoDraft: option(text, {
    flag: '-hfd, -hfrd, --hf-repo-draft, --spec-draft-hf',
    env: 'LLAMA_ARG_SPEC_DRAFT_HF_REPO',
    value: 'REPO',
    help: 'the same for the draft model',
  }),
  hfToken: option(text, {
    flag: '-hft, --hf-token',
    env: 'HF_TOKEN',
    value: 'TOKEN',
    help: 'token for repositories of the Hub that need a login',
  }),
  modelUrl: option(text, {
    flag: '-mu, --model-url',
    env: 'LLAMA_ARG_MODEL_URL',
    value: 'URL',
    help: "address of the model, which is kept in the file after -m, or in llama.cpp's cache",
  }),
  offline: option(boolean, {
    default: false,
    flag: '--offline',
    env: 'LLAMA_ARG_OFFLINE',
    help: 'use what is in the cache, and download nothing',
  }),
  modelDraft: option(text, {
    flag: '-md, --model-draft, --spec-draft-model',
    env: 'LLAMA_ARG_SPEC_DRAFT_MODEL',
    value: 'FILE',
    help: 'a draft model; turns speculative decoding on',
  }),
};

/** Thresholds that llama.cpp reads, but ignores for these kinds of speculation. */
export const IGNORED_OPTIONS = {
  ngramMinHits: option(integer(1, 2 ** 31 - 1), {
    flag: '--spec-ngram-simple-min-hits, --spec-ngram-map-k-min-hits',
    help: 'without effect, as in llama.cpp',
  }),
};

/** The HTTP front end. */
export const HTTP_OPTIONS = {
  hosts: option(list(text), {
    default: ['127.0.0.1'],
    flag: '--host',
    env: 'LLAMA_ARG_HOST',
    value: 'HOSTS',
    help: 'addresses to listen on, separated by commas, or paths that end in .sock',
  }),
  port: option(integer(0, 65_535), {
    default: 8080,
    flag: '--port',
    env: 'LLAMA_ARG_PORT',
    value: 'PORT',
    help: 'port to listen on, 0 for any free one',
  }),
  /** The longest that a timer can be set to is 2^31 ms. */
  timeoutSeconds: option(integer(1, 2_000_000), {
    default: 3600,
    flag: '-to, --timeout',
    env: 'LLAMA_ARG_TIMEOUT',
    value: 'SECONDS',
    help: 'how long a request may take to arrive, and a client to read on',
  }),
  /** Time after SIGTERM for the requests that are open. Meanwhile `/health` is 503. Zero ends them at once. */
  drainSeconds: option(integer(0, 2_000_000), {
    default: 0,
    flag: '--drain-seconds',
    value: 'SECONDS',
    help: 'how long open requests may go on after SIGTERM, while /health is 503',
  }),
  corsOrigins: option(text, {
    default: ANY_PAGE.origins,
    flag: '--cors-origins',
    env: 'LLAMA_ARG_CORS_ORIGINS',
    value: 'ORIGINS',
    help: "pages that may read the answers: '*', 'localhost', or an origin",
  }),
  corsMethods: option(text, {
    default: ANY_PAGE.methods,
    flag: '--cors-methods',
    env: 'LLAMA_ARG_CORS_METHODS',
    value: 'METHODS',
    help: 'methods that they may use',
  }),
  corsHeaders: option(text, {
    default: ANY_PAGE.headers,
    flag: '--cors-headers',
    env: 'LLAMA_ARG_CORS_HEADERS',
    value: 'HEADERS',
    help: 'headers that they may send (default: *, which does not cover Authorization with credentials)',
  }),
  corsCredentials: option(boolean, {
    default: ANY_PAGE.credentials,
    flag: '--cors-credentials',
    off: '--no-cors-credentials',
    env: 'LLAMA_ARG_CORS_CREDENTIALS',
    help: 'they may send cookies and keys',
  }),
  /** Whether to serve the site's pages. */
  ui: option(boolean, {
    default: true,
    flag: '--ui, --webui',
    off: '--no-ui, --no-webui',
    env: 'LLAMA_ARG_UI',
    help: 'serve the chat page',
  }),
};

/** The browser whose tab owns the GPU. */
export const BROWSER_OPTIONS = {
  browser: option(text, {
    flag: '--browser',
    value: 'PATH',
    help: 'the Chromium to use (default: the one that is found)',
  }),
  headed: option(boolean, { default: false, flag: '--headed', help: 'show the window of the browser' }),
  browserArgs: option(list(text), {
    default: [],
    flag: '--browser-arg',
    value: 'ARG',
    help: 'one more argument for the browser; may be repeated',
    repeat: 'elements',
  }),
  attach: option(boolean, {
    default: false,
    flag: '--attach',
    help: 'start no browser: print an address, and the tab that opens it is the engine',
  }),
};

export const SERVE_OPTIONS = { ...FILE_OPTIONS, ...IGNORED_OPTIONS, ...HTTP_OPTIONS, ...BROWSER_OPTIONS };
