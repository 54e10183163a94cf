import { describe, expect, it } from 'vitest';
import {
  applied,
  BUILT_IN,
  matches,
  NO_PRESETS,
  type PresetAction,
  type Presets,
  presetOf,
  presetsFrom,
  reducePresets,
} from './presets.ts';
import { changing, settingsFrom } from './settings.ts';

const SHOWN = { system: 'Be a pirate.', settings: { temperature: 0.5, top_k: 3 } };
const reached = (actions: readonly PresetAction[], from: Presets = NO_PRESETS) =>
  actions.reduce((presets, action) => reducePresets(presets, action, SHOWN), from);
const SAVED = reached([
  { type: 'savePreset', name: ' Pirate ' },
  { type: 'startWith', name: 'Pirate' },
]);

it('the presets of the page have valid settings that differ from the defaults', () => {
  for (const { settings, name } of BUILT_IN) {
    expect(settingsFrom(settings), name).toEqual(settings);
    expect(changing({}, settings), name).toEqual(settings);
  }
});

describe('a preset', () => {
  it('gives its settings, and its system prompt where it has one', () => {
    expect(applied(presetOf(SAVED, 'Pirate'), { system: '', settings: {} })).toEqual(SHOWN);
    expect(applied(presetOf(SAVED, 'Exact'), SHOWN)).toEqual({
      system: 'Be a pirate.',
      settings: { temperature: 0 },
    });
  });

  it('is recognised by what it gives, in any order of its settings', () => {
    const pirate = presetOf(SAVED, 'Pirate');
    expect(matches(pirate, { ...SHOWN, settings: { top_k: 3, temperature: 0.5 } })).toBe(true);
    expect(matches(pirate, { ...SHOWN, system: '' })).toBe(false);
    expect(matches(presetOf(SAVED, 'Standard'), { ...SHOWN, settings: {} })).toBe(true);
    expect(matches(presetOf(SAVED, 'Standard'), SHOWN)).toBe(false);
  });

  it('is saved again under its name, renamed and deleted, and conversations begin with what is left', () => {
    expect(reached([{ type: 'savePreset', name: 'Pirate' }], SAVED).own).toHaveLength(1);
    const renamed = reached([{ type: 'renamePreset', name: 'Pirate', newName: 'Sailor' }], SAVED);
    expect(renamed).toMatchObject({ own: [{ name: 'Sailor' }], start: 'Sailor' });
    expect(reached([{ type: 'deletePreset', name: 'Sailor' }], renamed)).toEqual(NO_PRESETS);
  });

  it.each<PresetAction>([
    { type: 'savePreset', name: 'Exact' },
    { type: 'savePreset', name: ' ' },
    { type: 'renamePreset', name: 'Pirate', newName: 'Exact' },
    { type: 'renamePreset', name: 'Pirate', newName: 'Pirate' },
  ])('does not take another one’s name or none: %j', action => {
    expect(reached([action], SAVED)).toBe(SAVED);
  });
});

describe('stored presets', () => {
  it('come back', () => {
    expect(presetsFrom(structuredClone(SAVED))).toEqual(SAVED);
  });

  it.each([
    null,
    'text',
    { own: 5, start: 'gone' },
    { own: [1, { name: 'Exact', system: '' }, { name: 'x' }] },
  ])('%j are none', stored => {
    expect(presetsFrom(stored)).toEqual(NO_PRESETS);
  });
});
