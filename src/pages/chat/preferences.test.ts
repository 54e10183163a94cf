import { expect, it } from 'vitest';
import { DEFAULT_PREFERENCES, loadPreferences, preferencesFrom, savePreferences } from './preferences.ts';

it.each([
  { stored: null, of: 'nothing' },
  { stored: 'text', of: 'something else' },
  {
    stored: { choices: { target: { kind: 'none' } }, engine: { nCtx: 'big' }, presets: [], showsDraft: 1 },
    of: 'invalid values',
  },
  { stored: { choices: { target: { kind: 'files', files: [] } } }, of: 'files, which cannot be kept' },
])('gives the defaults in place of $of', ({ stored }) => {
  expect(preferencesFrom(stored)).toEqual(DEFAULT_PREFERENCES);
});

it('keeps what is valid', () => {
  const stored = {
    choices: { target: { kind: 'url', url: 'hf:a/b' }, draft: { kind: 'files' } },
    engine: { nCtx: 512 },
    presets: { own: [{ name: 'Mine', system: '', settings: { temperature: 0, other: 1 } }], start: 'Mine' },
    showsDraft: true,
  };
  expect(preferencesFrom(stored)).toMatchObject({
    choices: { target: { kind: 'url', url: 'hf:a/b' }, draft: { kind: 'none' } },
    engine: { nCtx: 512 },
    presets: { own: [{ name: 'Mine', settings: { temperature: 0 } }], start: 'Mine' },
    showsDraft: true,
  });
});

it('works without storage', () => {
  const denied = () => {
    throw new Error('denied');
  };
  savePreferences(denied, preferencesFrom(null));
  expect(loadPreferences(denied)).toEqual(DEFAULT_PREFERENCES);
});
