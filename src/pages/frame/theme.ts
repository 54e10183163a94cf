export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'foretoken.theme';

/** Stored theme of this machine. */
export function loadTheme(storage: () => Storage): Theme {
  try {
    const stored = storage().getItem(KEY);
    return THEMES.find(name => name === stored) ?? 'auto';
  } catch {
    // Storage is missing in some files and frames.
    return 'auto';
  }
}

export function saveTheme(storage: () => Storage, theme: Theme): void {
  try {
    storage().setItem(KEY, theme);
  } catch {
    // The page works without storage.
  }
}
