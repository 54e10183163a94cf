import { expect, it } from 'vitest';
import { loadPreferences, preferencesFrom, savePreferences } from './preferences.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const DEFAULTS = { theme: 'auto', settings: DEFAULT_SETTINGS };

it.each([
  { stored: null, of: 'nothing' },
  { stored: 'text', of: 'something else' },
  {
    stored: { theme: 'pink', settings: { temperature: 'hot', topK: 1.5, seed: -2, speculation: 'yes' } },
    of: 'invalid values',
  },
  { stored: { settings: [] }, of: 'settings of another shape' },
])('gives the defaults in place of $of', ({ stored }) => {
  expect(preferencesFrom(stored)).toEqual(DEFAULTS);
});

it('keeps what is valid', () => {
  expect(
    preferencesFrom({ theme: 'dark', settings: { temperature: 0, speculation: false, other: 1 } }),
  ).toEqual({
    theme: 'dark',
    settings: { ...DEFAULT_SETTINGS, temperature: 0, speculation: false },
  });
});

it('works without storage', () => {
  const denied = () => {
    throw new Error('denied');
  };
  savePreferences(denied, preferencesFrom(null));
  expect(loadPreferences(denied)).toEqual(DEFAULTS);
});
