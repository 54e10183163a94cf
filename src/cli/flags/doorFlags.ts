import { type Flag, type Given, invalidValue, numberSetting, toggle, valued, withSettings } from './flag.ts';
import { anyNumber, asIs, commaList, fileText, wholeNumber } from './values.ts';

const LAST_PORT = 65_535;
/** Longest timeout in seconds; timers cannot exceed 2^31 ms. */
const LAST_TIMEOUT = 2_000_000;

/** Flags for the HTTP front end: addresses, access, and pages. */
export const DOOR_FLAGS: readonly Flag[] = [
  valued(
    {
      names: ['--host'],
      value: 'HOSTS',
      help: 'addresses to listen on, separated by commas, or paths that end in .sock (default: 127.0.0.1)',
      env: 'LLAMA_ARG_HOST',
    },
    hostsFrom,
    (given, hosts) => ({ ...given, hosts }),
  ),
  valued(
    {
      names: ['--port'],
      value: 'PORT',
      help: 'port to listen on, 0 for any free one (default: 8080)',
      env: 'LLAMA_ARG_PORT',
    },
    portFrom,
    (given, port) => ({ ...given, port }),
  ),
  valued(
    {
      names: ['-to', '--timeout'],
      value: 'SECONDS',
      help: 'how long a request may take to arrive, and a client to read on (default: 3600)',
      env: 'LLAMA_ARG_TIMEOUT',
    },
    timeoutFrom,
    (given, timeoutSeconds) => ({ ...given, timeoutSeconds }),
  ),
  valued(
    {
      names: ['--api-key'],
      value: 'KEYS',
      help: 'keys that requests need one of, separated by commas',
      env: 'LLAMA_API_KEY',
    },
    commaList,
    withKeys,
  ),
  valued(
    {
      names: ['--api-key-file'],
      value: 'FILE',
      help: 'the same, from a file, one in a line',
      env: 'LLAMA_ARG_API_KEY_FILE',
    },
    (path, name) =>
      fileText(path, name)
        .split(/\r?\n/)
        .filter(line => line !== ''),
    withKeys,
  ),
  valued(
    {
      names: ['--cors-origins'],
      value: 'ORIGINS',
      help: "pages that may read the answers: '*', 'localhost', or an origin (default: *)",
      env: 'LLAMA_ARG_CORS_ORIGINS',
    },
    asIs,
    (given, origins) => ({ ...given, cors: { ...given.cors, origins } }),
  ),
  valued(
    {
      names: ['--cors-methods'],
      value: 'METHODS',
      help: 'methods that they may use (default: GET, POST, DELETE, OPTIONS)',
      env: 'LLAMA_ARG_CORS_METHODS',
    },
    asIs,
    (given, methods) => ({ ...given, cors: { ...given.cors, methods } }),
  ),
  valued(
    {
      names: ['--cors-headers'],
      value: 'HEADERS',
      help: 'headers that they may send (default: *, which does not cover Authorization with credentials)',
      env: 'LLAMA_ARG_CORS_HEADERS',
    },
    asIs,
    (given, headers) => ({ ...given, cors: { ...given.cors, headers } }),
  ),
  {
    names: ['--cors-credentials'],
    help: 'they may send cookies and keys (the default)',
    env: 'LLAMA_ARG_CORS_CREDENTIALS',
    apply: given => ({ ...given, cors: { ...given.cors, credentials: true } }),
    negation: {
      names: ['--no-cors-credentials'],
      apply: given => ({ ...given, cors: { ...given.cors, credentials: false } }),
    },
  },
  {
    names: ['--ui', '--webui'],
    help: 'serve the demo page (the default)',
    env: 'LLAMA_ARG_UI',
    apply: given => ({ ...given, ui: true }),
    negation: { names: ['--no-ui', '--no-webui'], apply: given => ({ ...given, ui: false }) },
  },
  toggle('slotsEndpoint', {
    names: ['--slots'],
    off: ['--no-slots'],
    help: 'answer GET /slots (the default)',
    env: 'LLAMA_ARG_ENDPOINT_SLOTS',
  }),
  toggle('metricsEndpoint', {
    names: ['--metrics'],
    help: 'answer GET /metrics',
    env: 'LLAMA_ARG_ENDPOINT_METRICS',
  }),
  toggle('propsEndpoint', {
    names: ['--props'],
    help: 'answer POST /props',
    env: 'LLAMA_ARG_ENDPOINT_PROPS',
  }),
  numberSetting('sleepIdleSeconds', anyNumber, {
    names: ['--sleep-idle-seconds'],
    help: 'free the GPU after so many seconds without a request, -1 for never (default: -1)',
  }),
  toggle('verbose', {
    names: ['-v', '--verbose', '--log-verbose'],
    help: 'log what the engine does, and add __verbose to chat answers',
  }),
];

function withKeys(given: Given, keys: readonly string[]): Given {
  return withSettings(given, { apiKeys: [...(given.settings.apiKeys ?? []), ...keys] });
}

function portFrom(text: string, name: string): number {
  const port = wholeNumber(text, name);
  if (port < 0 || port > LAST_PORT) throw invalidValue(text, name, `a whole number from 0 to ${LAST_PORT}`);
  return port;
}

function hostsFrom(text: string, name: string): readonly string[] {
  const hosts = commaList(text);
  if (hosts.length === 0) throw invalidValue(text, name, 'at least one address');
  return hosts;
}

function timeoutFrom(text: string, name: string): number {
  const seconds = wholeNumber(text, name);
  if (seconds < 1 || seconds > LAST_TIMEOUT) {
    throw invalidValue(text, name, `a whole number from 1 to ${LAST_TIMEOUT}`);
  }
  return seconds;
}
