import type { CacheType } from '../protocol/options.ts';
import type { TabOptions } from '../protocol/tab.ts';
import { ForetokenError } from '../util/errors.ts';

/** Who brings the tab that owns the GPU. */
export interface BrowserChoice {
  /** Path of a Chromium; without one it is looked for. */
  readonly path?: string;
  readonly headed: boolean;
  /** Further arguments for it. */
  readonly args: readonly string[];
  /** Start none: somebody opens the printed address. */
  readonly attach: boolean;
}

/** What the command line says. */
export interface Given {
  readonly model?: string;
  readonly modelDraft?: string;
  readonly host: string;
  readonly port: number;
  readonly browser: BrowserChoice;
  readonly cacheTypeK?: CacheType;
  readonly cacheTypeV?: CacheType;
  readonly settings: Omit<TabOptions, 'model' | 'modelDraft'>;
}

/** One flag under all its spellings. A flag with a `value` takes the argument after it. */
export interface Flag {
  readonly names: readonly string[];
  readonly value?: string;
  readonly help: string;
  /** What was given before, and this flag. `name` is the spelling used. */
  readonly apply: (given: Given, text: string, name: string) => Given;
}

/** llama-server's defaults where the process itself needs one; all others are the engine's. */
export const NOTHING_GIVEN: Given = {
  host: '127.0.0.1',
  port: 8080,
  browser: { headed: false, args: [], attach: false },
  settings: {},
};

type NumberSetting =
  | 'nCtx'
  | 'nSlots'
  | 'nBatch'
  | 'nPredict'
  | 'temperature'
  | 'seed'
  | 'draftMin'
  | 'draftMax'
  | 'pMin';

const LAST_PORT = 65_535;

/** The flags, in the order of `--help`: llama-server's, then those of the browser. */
export const FLAGS: readonly Flag[] = [
  {
    names: ['-m', '--model'],
    value: 'FILE',
    help: 'the model, a GGUF file',
    apply: (given, model) => ({ ...given, model }),
  },
  {
    names: ['-md', '--model-draft', '--spec-draft-model'],
    value: 'FILE',
    help: 'a draft model; turns speculative decoding on',
    apply: (given, modelDraft) => ({ ...given, modelDraft }),
  },
  {
    names: ['--host'],
    value: 'HOST',
    help: 'address to listen on (default: 127.0.0.1)',
    apply: (given, host) => ({ ...given, host }),
  },
  {
    names: ['--port'],
    value: 'PORT',
    help: 'port to listen on, 0 for any free one (default: 8080)',
    apply: (given, text, name) => ({ ...given, port: portFrom(text, name) }),
  },
  setting('nCtx', wholeNumber, {
    names: ['-c', '--ctx-size'],
    help: "context of all slots together, 0 for the model's own (default: 0)",
    absent: 0,
  }),
  setting('nSlots', wholeNumber, {
    names: ['-np', '--parallel'],
    help: 'requests decoded at the same time (default: 1)',
    absent: -1,
  }),
  setting('nBatch', wholeNumber, {
    names: ['-b', '--batch-size'],
    help: 'largest number of rows in one batch (default: 64)',
  }),
  setting('nPredict', wholeNumber, {
    names: ['-n', '--predict', '--n-predict'],
    help: 'tokens to predict where a request does not say, -1 for no limit (default: -1)',
  }),
  setting('temperature', anyNumber, {
    names: ['--temp', '--temperature'],
    help: 'temperature where a request does not say (default: 0.8)',
  }),
  setting('seed', wholeNumber, {
    names: ['-s', '--seed'],
    help: 'seed where a request does not say, -1 for a random one (default: -1)',
  }),
  setting('draftMax', wholeNumber, {
    names: ['--spec-draft-n-max', '--draft-max'],
    help: 'longest draft per round (default: 3)',
  }),
  setting('draftMin', wholeNumber, {
    names: ['--spec-draft-n-min', '--draft-min'],
    help: 'shortest draft worth verifying (default: 0)',
  }),
  setting('pMin', anyNumber, {
    names: ['--spec-draft-p-min', '--draft-p-min'],
    help: 'probability below which drafting stops (default: 0)',
  }),
  {
    names: ['--context-shift'],
    help: 'drop old context instead of stopping when a slot is full',
    apply: given => withSettings(given, { ctxShift: true }),
  },
  {
    names: ['--no-context-shift'],
    help: 'stop when a slot is full (the default)',
    apply: given => withSettings(given, { ctxShift: false }),
  },
  {
    names: ['-ctk', '--cache-type-k'],
    value: 'TYPE',
    help: 'type of the K cache, f16 or f32; the V cache has the same (default: f16)',
    apply: (given, text, name) => ({ ...given, cacheTypeK: cacheType(text, name) }),
  },
  {
    names: ['-ctv', '--cache-type-v'],
    value: 'TYPE',
    help: 'type of the V cache, f16 or f32; the K cache has the same (default: f16)',
    apply: (given, text, name) => ({ ...given, cacheTypeV: cacheType(text, name) }),
  },
  {
    names: ['-a', '--alias'],
    value: 'NAME',
    help: 'name the server answers with (default: the path of the model)',
    apply: (given, alias) => withSettings(given, { alias }),
  },
  {
    names: ['--browser'],
    value: 'PATH',
    help: 'the Chromium to use (default: the one that is found)',
    apply: (given, path) => withBrowser(given, { path }),
  },
  {
    names: ['--headed'],
    help: 'show the window of the browser',
    apply: given => withBrowser(given, { headed: true }),
  },
  {
    names: ['--browser-arg'],
    value: 'ARG',
    help: 'one more argument for the browser; may be repeated',
    apply: (given, arg) => withBrowser(given, { args: [...given.browser.args, arg] }),
  },
  {
    names: ['--attach'],
    help: 'start no browser: print an address, and the tab that opens it is the engine',
    apply: given => withBrowser(given, { attach: true }),
  },
];

function setting(
  key: NumberSetting,
  read: (text: string, name: string) => number,
  { names, help, absent }: { names: readonly string[]; help: string; absent?: number },
): Flag {
  return {
    names,
    value: 'N',
    help,
    // Where llama-server has a number for "decide yourself", we have no option at all.
    apply(given, text, name) {
      const value = read(text, name);
      if (value !== absent) return withSettings(given, { [key]: value });
      const { [key]: _, ...settings } = given.settings;
      return { ...given, settings };
    },
  };
}

function withSettings(given: Given, settings: Given['settings']): Given {
  return { ...given, settings: { ...given.settings, ...settings } };
}

function withBrowser(given: Given, browser: Partial<BrowserChoice>): Given {
  return { ...given, browser: { ...given.browser, ...browser } };
}

function wholeNumber(text: string, name: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw invalidValue(text, name, 'a whole number');
  return Number(text);
}

function anyNumber(text: string, name: string): number {
  if (text.trim() === '' || !Number.isFinite(Number(text))) throw invalidValue(text, name, 'a number');
  return Number(text);
}

function portFrom(text: string, name: string): number {
  const port = wholeNumber(text, name);
  if (port < 0 || port > LAST_PORT) throw invalidValue(text, name, `a whole number from 0 to ${LAST_PORT}`);
  return port;
}

function cacheType(text: string, name: string): CacheType {
  if (text !== 'f32' && text !== 'f16') throw invalidValue(text, name, 'f16 or f32');
  return text;
}

function invalidValue(text: string, name: string, expected: string): ForetokenError {
  return new ForetokenError(
    'invalid_option',
    `invalid value for argument: ${name} ${text} (give ${expected})`,
  );
}
