import { expect, it } from 'vitest';
import { choicesAmong, knobsFor } from './knobs.ts';
import { GPU_TUNING, SOFTWARE_TUNING, type Tuning } from './tuning.ts';

function names(tuning: Tuning, subgroupSize: number): string[] {
  const alternatives = knobsFor(tuning, subgroupSize).flatMap(knob => knob.alternatives);
  return [...new Set(alternatives.flatMap(choices => Object.keys(choices)))];
}

it('offers mappings of products if invocations share their sums', () => {
  expect(names(GPU_TUNING, 32)).toEqual([
    ...['unpack', 'rowLanes', 'laneRows', 'maxTile', 'maxSums', 'manyRows'],
  ]);
});

it('offers shared loads only on adapters with subgroups', () => {
  expect(names(SOFTWARE_TUNING, 0)).toEqual(['mulMatWorkgroup', 'expertRows']);
  expect(names(SOFTWARE_TUNING, 4)).toContain('sharedLoads');
});

it('never offers the current choice', () => {
  for (const tuning of [GPU_TUNING, SOFTWARE_TUNING]) {
    const alternatives = knobsFor(tuning, 8).flatMap(knob => knob.alternatives);
    for (const choices of alternatives) expect(tuning).not.toMatchObject(choices);
  }
});

it('accepts from stored choices only those that are still offered', () => {
  const knobs = knobsFor(GPU_TUNING, 0);
  expect(choicesAmong(knobs, { maxTile: 4, unpack: 'bytes' })).toEqual({ maxTile: 4, unpack: 'bytes' });
  expect(choicesAmong(knobs, { maxTile: 3, lanes: 1, expertRows: '2', rowWorkgroup: 8 })).toEqual({});
  expect(choicesAmong(knobs, {})).toEqual({});
  for (const nothing of [undefined, null, 'maxTile', 8]) expect(choicesAmong(knobs, nothing)).toBeNull();
});
