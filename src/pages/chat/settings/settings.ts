import { CHAT_FIELDS, type ChatFields, ENGINE_FIELDS, type EngineFields, type Field } from './fields.ts';

type Values<Fields extends Record<string, Field>> = { readonly [K in keyof Fields]: Fields[K]['default'] };

/** Settings of an answer, by the names that requests have for them. */
export type Settings = Values<ChatFields>;
/** Settings that take effect when models are loaded, by the names of `createServer`. */
export type EngineSettings = Values<EngineFields>;

export const DEFAULT_SETTINGS = defaultsOf(CHAT_FIELDS);
export const DEFAULT_ENGINE = defaultsOf(ENGINE_FIELDS);

/** Reads settings from outside: what is unknown or invalid is left out. */
export function settingsFrom(value: unknown): Partial<Settings> {
  return valid(CHAT_FIELDS, value);
}

/** Reads settings of loading from outside, with the default for each that is missing or invalid. */
export function engineFrom(value: unknown): EngineSettings {
  return { ...DEFAULT_ENGINE, ...valid(ENGINE_FIELDS, value) };
}

/** Settings with `changed` on top; a value that is the default again is left out. */
export function changing(settings: Partial<Settings>, changed: Partial<Settings>): Partial<Settings> {
  const entries = Object.entries({ ...settings, ...changed });
  return Object.fromEntries(
    entries.filter(([key, value]) => !isSame(value, DEFAULT_SETTINGS[key as keyof Settings])),
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function defaultsOf<Fields extends Record<string, Field>>(fields: Fields): Values<Fields> {
  const entries = Object.entries(fields).map(([key, field]) => [key, field.default]);
  return Object.fromEntries(entries) as Values<Fields>;
}

function valid<Fields extends Record<string, Field>>(
  fields: Fields,
  value: unknown,
): Partial<Values<Fields>> {
  if (typeof value !== 'object' || value === null) return {};
  const known = Object.entries(value).filter(
    ([key, own]) => Object.hasOwn(fields, key) && fields[key]?.isValid(own),
  );
  return Object.fromEntries(known) as Partial<Values<Fields>>;
}
