import { type Settings, settingsFrom } from './settings.ts';

/** Settings and a system prompt with a name. Without a system prompt it leaves the one that a conversation has. */
export interface Preset {
  readonly name: string;
  /** Reason to choose it; empty for one that the user made. */
  readonly hint: string;
  readonly system: string;
  readonly settings: Partial<Settings>;
}

export interface Presets {
  /** Presets that the user made, oldest first. */
  readonly own: readonly Preset[];
  /** Name of the preset that new conversations begin with. */
  readonly start: string;
}

const STANDARD: Preset = { name: 'Standard', hint: 'The defaults of the server.', system: '', settings: {} };

export const BUILT_IN: readonly Preset[] = [
  STANDARD,
  {
    name: 'Exact',
    hint: 'Always the likeliest token: the same answer each time, and the draft guesses it most often.',
    system: '',
    settings: { temperature: 0 },
  },
  {
    name: 'Varied',
    hint: 'Less likely words too, for ideas and stories; min p keeps out those that do not fit.',
    system: '',
    settings: { temperature: 1.2, top_p: 1, min_p: 0.1 },
  },
  {
    name: 'Brief',
    hint: 'Short answers, for slow machines and small contexts.',
    system: 'Answer in at most three sentences.',
    settings: { n_predict: 200 },
  },
];

export const NO_PRESETS: Presets = { own: [], start: STANDARD.name };

export type PresetAction =
  /** Keeps the settings and the system prompt of the conversation that is shown; an own preset with the name is replaced. */
  | { readonly type: 'savePreset'; readonly name: string }
  | { readonly type: 'renamePreset'; readonly name: string; readonly newName: string }
  | { readonly type: 'deletePreset'; readonly name: string }
  /** New conversations will begin with it. */
  | { readonly type: 'startWith'; readonly name: string };

type Content = Pick<Preset, 'system' | 'settings'>;

export function allPresets({ own }: Presets): readonly Preset[] {
  return [...BUILT_IN, ...own];
}

/** Preset of a name; the standard one if there is none. */
export function presetOf(presets: Presets, name: string): Preset {
  return allPresets(presets).find(preset => preset.name === name) ?? STANDARD;
}

/** Settings and system prompt that a preset gives to a conversation. */
export function applied(preset: Preset, { system }: Content): Content {
  return { system: preset.system === '' ? system : preset.system, settings: preset.settings };
}

/** Whether a conversation has what a preset would give it. */
export function matches(preset: Preset, content: Content): boolean {
  const { system } = applied(preset, content);
  return system === content.system && sorted(preset.settings) === sorted(content.settings);
}

/** Fault of a name for a preset; null if there is none. */
export function nameProblem(name: string): string | null {
  if (name.trim() === '') return 'A preset has to have a name.';
  return BUILT_IN.some(preset => preset.name === name.trim())
    ? 'This name is of a preset of the page.'
    : null;
}

/** Presets after an action; `shown` is the conversation that is shown. An action with a faulty name does nothing. */
export function reducePresets(presets: Presets, action: PresetAction, shown: Content): Presets {
  switch (action.type) {
    case 'savePreset': {
      const name = action.name.trim();
      if (nameProblem(name) !== null) return presets;
      const saved = { name, hint: '', system: shown.system.trim(), settings: shown.settings };
      const at = presets.own.findIndex(preset => preset.name === name);
      return { ...presets, own: at < 0 ? [...presets.own, saved] : presets.own.with(at, saved) };
    }
    case 'renamePreset': {
      const newName = action.newName.trim();
      const isTaken = presets.own.some(({ name }) => name === newName);
      if (nameProblem(newName) !== null || isTaken) return presets;
      return {
        own: presets.own.map(preset => (preset.name === action.name ? { ...preset, name: newName } : preset)),
        start: presets.start === action.name ? newName : presets.start,
      };
    }
    case 'deletePreset':
      return {
        own: presets.own.filter(({ name }) => name !== action.name),
        start: presets.start === action.name ? STANDARD.name : presets.start,
      };
    case 'startWith':
      return { ...presets, start: presetOf(presets, action.name).name };
  }
}

/** Reads stored presets: what is not valid is left out. */
export function presetsFrom(value: unknown): Presets {
  const { own, start }: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const byName = new Map(
    (Array.isArray(own) ? own : []).flatMap(presetFrom).map(preset => [preset.name, preset]),
  );
  const presets = { own: [...byName.values()], start: STANDARD.name };
  return typeof start === 'string' ? { ...presets, start: presetOf(presets, start).name } : presets;
}

function presetFrom(value: unknown): readonly Preset[] {
  const { name, system, settings }: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  if (typeof name !== 'string' || nameProblem(name) !== null || typeof system !== 'string') return [];
  return [{ name: name.trim(), hint: '', system, settings: settingsFrom(settings) }];
}

function sorted(settings: Partial<Settings>): string {
  return JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
}
