import { THEMES, type Theme } from '../frame/theme.ts';
import { DEFAULT_SETTINGS, type Settings, settingsFrom } from './settings.ts';

/** Preferences that the page stores on this machine. */
export interface Preferences {
  readonly theme: Theme;
  readonly settings: Settings;
}

const KEY = 'foretoken.demo';

export function loadPreferences(storage: () => Storage): Preferences {
  try {
    const stored: unknown = JSON.parse(storage().getItem(KEY) ?? 'null');
    return preferencesFrom(stored);
  } catch {
    // Use the defaults if there is no storage, or no access to it.
    return preferencesFrom(null);
  }
}

export function savePreferences(storage: () => Storage, { theme, settings }: Preferences): void {
  try {
    storage().setItem(KEY, JSON.stringify({ theme, settings }));
  } catch {
    // Ignore a refusal, as in private windows and on full disks.
  }
}

/** Reads stored preferences, with the default for each that is missing or no longer valid. */
export function preferencesFrom(stored: unknown): Preferences {
  if (typeof stored !== 'object' || stored === null) return { theme: 'auto', settings: DEFAULT_SETTINGS };
  const theme = THEMES.find(name => 'theme' in stored && stored.theme === name) ?? 'auto';
  return { theme, settings: settingsFrom('settings' in stored ? stored.settings : null) };
}
