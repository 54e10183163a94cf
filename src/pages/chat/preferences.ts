import { BUNDLED_PAIR, choiceOf, type ModelChoice, type ModelChoices, type Role } from './engine/choices.ts';
import { NO_PRESETS, type Presets, presetsFrom } from './settings/presets.ts';
import { DEFAULT_ENGINE, type EngineSettings, engineFrom } from './settings/settings.ts';

/** Preferences that the page stores on this machine. */
export interface Preferences {
  /** Models of the last visit. Files cannot be kept; the bundled pair is in their place. */
  readonly choices: ModelChoices;
  readonly engine: EngineSettings;
  readonly presets: Presets;
  readonly showsDraft: boolean;
}

export const DEFAULT_PREFERENCES: Preferences = {
  choices: BUNDLED_PAIR,
  engine: DEFAULT_ENGINE,
  presets: NO_PRESETS,
  showsDraft: false,
};

const KEY = 'foretoken.chat';

export function loadPreferences(storage: () => Storage): Preferences {
  try {
    const stored: unknown = JSON.parse(storage().getItem(KEY) ?? 'null');
    return preferencesFrom(stored);
  } catch {
    // Use the defaults if there is no storage, or no access to it.
    return DEFAULT_PREFERENCES;
  }
}

export function savePreferences(storage: () => Storage, preferences: Preferences): void {
  try {
    storage().setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Ignore a refusal, as in private windows and on full disks.
  }
}

/** Reads stored preferences, with the default for each that is missing or no longer valid. */
export function preferencesFrom(stored: unknown): Preferences {
  const { choices, engine, presets, showsDraft }: Record<string, unknown> =
    typeof stored === 'object' && stored !== null ? { ...stored } : {};
  return {
    choices: choicesFrom(choices),
    engine: engineFrom(engine),
    presets: presetsFrom(presets),
    showsDraft: showsDraft === true,
  };
}

function choicesFrom(stored: unknown): ModelChoices {
  if (typeof stored !== 'object' || stored === null) return BUNDLED_PAIR;
  const target = choiceFrom('target', 'target' in stored ? stored.target : null);
  const draft = choiceFrom('draft', 'draft' in stored ? stored.draft : null);
  const nCtx = 'nCtx' in stored && typeof stored.nCtx === 'number' ? stored.nCtx : null;
  // A draft alone has nothing to run ahead of.
  return target === null || target.kind === 'none'
    ? BUNDLED_PAIR
    : { target, draft: draft ?? { kind: 'none' }, nCtx };
}

function choiceFrom(role: Role, stored: unknown): ModelChoice | null {
  if (typeof stored !== 'object' || stored === null || !('kind' in stored)) return null;
  if (stored.kind === 'bundled' || stored.kind === 'none') return { kind: stored.kind };
  return stored.kind === 'url' && 'url' in stored && typeof stored.url === 'string'
    ? choiceOf(role, stored.url)
    : null;
}
