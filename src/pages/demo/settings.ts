/** Settings of the settings panel. */
export interface Settings {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly repeatPenalty: number;
  readonly seed: number;
  readonly nPredict: number;
  readonly speculation: boolean;
  readonly draftMax: number;
  readonly draftMin: number;
  readonly pMin: number;
  readonly nCtx: number;
  readonly nSlots: number;
}

type NumberKey = { [K in keyof Settings]: Settings[K] extends number ? K : never }[keyof Settings];

/** Numeric field of the panel. */
export interface NumberField {
  readonly key: NumberKey;
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Defaults: llama-server's, except for a draft that suits the bundled pair and a length that suits a little story. */
export const DEFAULT_SETTINGS: Settings = {
  temperature: 0.8,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  repeatPenalty: 1,
  seed: -1,
  nPredict: 160,
  speculation: true,
  draftMax: 6,
  draftMin: 0,
  pMin: 0,
  nCtx: 512,
  nSlots: 1,
};

export const SAMPLING_FIELDS: readonly NumberField[] = [
  {
    key: 'temperature',
    label: 'Temperature',
    hint: '0 always takes the likeliest',
    min: 0,
    max: 5,
    step: 0.05,
  },
  { key: 'topK', label: 'Top k', hint: '0 is off', min: 0, max: 1000, step: 1 },
  { key: 'topP', label: 'Top p', hint: '1 is off', min: 0, max: 1, step: 0.01 },
  { key: 'minP', label: 'Min p', hint: '0 is off', min: 0, max: 1, step: 0.01 },
  { key: 'repeatPenalty', label: 'Repeat penalty', hint: '1 is off', min: 0.1, max: 3, step: 0.05 },
  { key: 'seed', label: 'Seed', hint: '−1 is random', min: -1, max: 2 ** 32 - 1, step: 1 },
  { key: 'nPredict', label: 'Tokens', hint: '−1 is no limit', min: -1, max: 100_000, step: 1 },
];

export const SPECULATION_FIELDS: readonly NumberField[] = [
  { key: 'draftMax', label: 'Draft max', hint: 'tokens per round', min: 1, max: 16, step: 1 },
  { key: 'draftMin', label: 'Draft min', hint: 'shorter is dropped', min: 0, max: 16, step: 1 },
  { key: 'pMin', label: 'Draft p min', hint: 'stop when less sure', min: 0, max: 1, step: 0.05 },
];

/** Fields that take effect when the models are loaded. */
export const ENGINE_FIELDS: readonly NumberField[] = [
  { key: 'nCtx', label: 'Context', hint: 'tokens, all slots', min: 8, max: 131_072, step: 1 },
  { key: 'nSlots', label: 'Slots', hint: 'share the context', min: 1, max: 8, step: 1 },
];

const ALL_FIELDS = [...SAMPLING_FIELDS, ...SPECULATION_FIELDS, ...ENGINE_FIELDS];

/** Whether a value is valid for the field. */
export function isValid({ min, max, step }: NumberField, value: unknown): value is number {
  return typeof value === 'number' && value >= min && value <= max && (step !== 1 || Number.isInteger(value));
}

/** Reads settings from storage, with the default for each that is missing or invalid. */
export function settingsFrom(stored: unknown): Settings {
  if (typeof stored !== 'object' || stored === null) return DEFAULT_SETTINGS;
  const values: Record<string, unknown> = { ...stored };
  const known: Record<string, number | boolean> = {};
  for (const field of ALL_FIELDS) {
    const value = values[field.key];
    if (isValid(field, value)) known[field.key] = value;
  }
  if (typeof values.speculation === 'boolean') known.speculation = values.speculation;
  return { ...DEFAULT_SETTINGS, ...known };
}
