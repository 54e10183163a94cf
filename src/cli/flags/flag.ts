import type { CacheType } from '../../protocol/options.ts';
import type { TabOptions } from '../../protocol/tab.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { CorsPolicy } from '../cors.ts';

/** Browser for the tab that owns the GPU. */
export interface BrowserChoice {
  /** Path of a Chromium; found automatically if absent. */
  readonly path?: string;
  readonly headed: boolean;
  /** Further arguments of the browser. */
  readonly args: readonly string[];
  /** Whether to start none, because the user opens the printed address. */
  readonly attach: boolean;
}

/** Options of `createServer` that flags set. */
export type Settings = Omit<TabOptions, 'model' | 'modelDraft'>;

/** Values given on the command line. */
export interface Given {
  readonly model?: string;
  /** Location of the model on the Hugging Face Hub. */
  readonly hfRepo?: string;
  readonly hfFile?: string;
  readonly hfRepoDraft?: string;
  readonly hfToken?: string;
  /** Address of the model elsewhere. */
  readonly modelUrl?: string;
  /** Whether to download nothing. */
  readonly offline: boolean;
  readonly modelDraft?: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly timeoutSeconds: number;
  readonly cors: CorsPolicy;
  /** Whether to serve the site's pages. */
  readonly ui: boolean;
  readonly browser: BrowserChoice;
  readonly cacheTypeK?: CacheType;
  readonly cacheTypeV?: CacheType;
  readonly settings: Settings;
}

/** Applies a flag to the earlier values. `name` is the spelling used, `text` the argument after it. */
export type Apply = (given: Given, text: string, name: string) => Given;

/** Flag with all its spellings. A flag with a `value` takes the argument after it. */
export interface Flag {
  readonly names: readonly string[];
  readonly value?: string;
  readonly help: string;
  readonly apply: Apply;
  /** Opposite of the flag, if it has one. */
  readonly negation?: { readonly names: readonly string[]; readonly apply: Apply };
  /** Environment variable that applies if the flag is not given. */
  readonly env?: string;
}

/** llama-server's defaults for the process itself; all others belong to the engine. */
export const NOTHING_GIVEN: Given = {
  hosts: ['127.0.0.1'],
  port: 8080,
  timeoutSeconds: 3600,
  cors: { origins: '*', methods: 'GET, POST, DELETE, OPTIONS', headers: '*', credentials: true },
  ui: true,
  offline: false,
  browser: { headed: false, args: [], attach: false },
  settings: {},
};

interface Naming {
  readonly names: readonly string[];
  readonly help: string;
  readonly env?: string;
}

/** Defines a flag with a value, which `read` parses; it throws errors of `invalidValue`. */
export function valued<T>(
  naming: Naming & { readonly value: string },
  read: (text: string, name: string) => T,
  apply: (given: Given, value: T) => Given,
): Flag {
  return { ...naming, apply: (given, text, name) => apply(given, read(text, name)) };
}

/** Keys of `Settings` that hold a `T`. */
type KeysOf<T> = { [Key in keyof Settings]-?: T extends Settings[Key] ? Key : never }[keyof Settings];

/** Defines a numeric option; `absent` is llama-server's number for "automatic", for which the option is removed. */
export function numberSetting(
  key: KeysOf<number>,
  read: (text: string, name: string) => number,
  { absent, ...naming }: Naming & { readonly value?: string; readonly absent?: number },
): Flag {
  return valued({ value: 'N', ...naming }, read, (given, value) => {
    if (value !== absent) return withSettings(given, { [key]: value });
    const { [key]: _, ...settings } = given.settings;
    return { ...given, settings };
  });
}

/** Defines a flag that turns an option on, and its opposite, if `off` names one. */
export function toggle(
  key: KeysOf<boolean>,
  { off, ...naming }: Naming & { readonly off?: readonly string[] },
): Flag {
  return {
    ...naming,
    apply: given => withSettings(given, { [key]: true }),
    ...(off && { negation: { names: off, apply: given => withSettings(given, { [key]: false }) } }),
  };
}

/** Defines a flag for the default of a request field; `field` is its name in a request. */
export function requestDefault<T>(
  field: string,
  read: (text: string, name: string) => T,
  naming: Naming & { readonly value?: string },
): Flag {
  return valued({ value: 'N', ...naming }, read, (given, value) => withDefault(given, field, value));
}

export function withSettings(given: Given, settings: Settings): Given {
  return { ...given, settings: { ...given.settings, ...settings } };
}

export function withDefault(given: Given, field: string, value: unknown): Given {
  return withSettings(given, { requestDefaults: { ...given.settings.requestDefaults, [field]: value } });
}

export function withBrowser(given: Given, browser: Partial<BrowserChoice>): Given {
  return { ...given, browser: { ...given.browser, ...browser } };
}

export function invalidValue(text: string, name: string, expected: string): ForetokenError {
  return new ForetokenError(
    'invalid_option',
    `invalid value for argument: ${name} ${text} (give ${expected})`,
  );
}
