import { describe, expect, it } from 'vitest';
import { DEFAULT_SAMPLER_PARAMS, SAMPLER_NAMES } from '../../../engine/sampler/params.ts';
import { escaped, unescaped } from './FieldInput.tsx';
import { CHAT_FIELDS } from './fields.ts';
import { changing, DEFAULT_ENGINE, DEFAULT_SETTINGS, engineFrom, settingsFrom } from './settings.ts';

describe('the table of settings', () => {
  it('has the server’s defaults for all samplers', () => {
    const { dryBreakers: _, logitBias: __, ...samplers } = DEFAULT_SAMPLER_PARAMS;
    for (const [name, value] of Object.entries(samplers)) {
      const key = name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
      expect(DEFAULT_SETTINGS, key).toHaveProperty(key, value);
    }
    expect(DEFAULT_SETTINGS.samplers).toEqual(SAMPLER_NAMES);
  });

  it('finds every default valid', () => {
    for (const [key, field] of Object.entries(CHAT_FIELDS)) {
      expect(field.isValid(field.default), key).toBe(true);
    }
  });
});

describe('settings from outside', () => {
  it.each([null, 'text', [], { temperature: 'hot', top_k: 1.5, seed: -2, speculation: 'yes', stop: [1] }])(
    '%j has none that is valid',
    value => {
      expect(settingsFrom(value)).toEqual({});
      expect(engineFrom(value)).toEqual(DEFAULT_ENGINE);
    },
  );

  it('are kept where they are valid', () => {
    expect(settingsFrom({ temperature: 0, reasoning_effort: 'low', other: 1 })).toEqual({
      temperature: 0,
      reasoning_effort: 'low',
    });
    expect(engineFrom({ nCtx: 512, nSlots: 0 })).toEqual({ ...DEFAULT_ENGINE, nCtx: 512 });
  });
});

it('a setting that is the default again is no change', () => {
  const changed = changing({ top_k: 3 }, { temperature: 0, stop: ['x'] });
  expect(changed).toEqual({ top_k: 3, temperature: 0, stop: ['x'] });
  expect(changing(changed, { temperature: 0.8, stop: [] })).toEqual({ top_k: 3 });
});

it.each(['\n', 'a\\nb', 'tab\t', '\\'])('%j is one line of a list, and comes back', text => {
  expect(escaped(text)).not.toContain('\n');
  expect(unescaped(escaped(text))).toBe(text);
});
