import { describe, expect, it } from 'vitest';
import { withResults } from './zooTable.mjs';

const EMPTY = 'Before\n\n<!-- zoo: written by npm run zoo -- --write -->\n<!-- end of the zoo -->\n\nAfter\n';
const COMMON = { types: ['F16', 'F32'], what: 'Llama | 3', nChecks: 28, error: 2.4e-5 };
const llama = { ...COMMON, model: 'llama3.gguf', arch: 'llama', outcome: 'holds', faults: [] } as const;
const gemma = { ...llama, model: 'gemma.gguf', arch: 'gemma' };
const mamba = {
  ...COMMON,
  model: 'mamba.gguf',
  arch: 'mamba',
  outcome: 'refused',
  faults: ['a reason'],
} as const;
const run = {
  date: '2026-11-28T01:02:03Z',
  browser: '141.0',
  adapter: 'one',
  results: [llama, gemma, mamba],
};

describe('the tables of the zoo', () => {
  const once = withResults(EMPTY, run);

  it('list the models that pass and the reasons for refusals, between the markers', () => {
    expect(once).toMatch(/^Before\n\n<!-- zoo[\s\S]*<!-- end of the zoo -->\n\nAfter\n$/);
    expect(once).toContain('- one: Chromium 141.0, 2026-11-28: 2 of 3 models hold, 1 are refused, 0 fail\n');
    expect(once).toContain('| llama3.gguf | llama | F16 F32 | Llama \\| 3 | holds, 2e-5 |\n');
    expect(once).toContain('| mamba.gguf | mamba | a reason |\n');
  });

  it('keep the results of another adapter, whatever a formatter changed', () => {
    const failing = { ...llama, outcome: 'fails', faults: ['greedy 0: x', 'greedy 1: y'] } as const;
    const spaced = once.replaceAll(' | ', '    |  ');
    const twice = withResults(spaced, { ...run, adapter: 'another', results: [failing, gemma, mamba] });
    expect(twice).toContain('- another: Chromium 141.0, 2026-11-28: 1 of 3');
    expect(twice).toContain('- one: Chromium 141.0, 2026-11-28: 2 of 3');
    expect(twice).toContain('| there for | another | one |\n');
    expect(twice).toContain('| Llama \\| 3 | fails 2 of 28: greedy 0: x | holds, 2e-5 |\n');
    expect(twice.match(/mamba\.gguf/g)).toHaveLength(1);
  });

  it('keep the models that a run did not try, and take a refused one among those that run', () => {
    const held = { ...llama, model: 'mamba.gguf', arch: 'mamba' };
    const part = withResults(once, { ...run, date: '2026-11-29T01:02:03Z', results: [held] });
    expect(part).toContain(
      '- one: Chromium 141.0, 2026-11-29: 3 of 3 models hold, 0 are refused, 0 fail; the last run tried 1 of them\n',
    );
    expect(part).toContain('| llama3.gguf | llama | F16 F32 | Llama \\| 3 | holds, 2e-5 |\n');
    expect(part).toContain('| mamba.gguf | mamba | F16 F32 | Llama \\| 3 | holds, 2e-5 |\n');
    expect(part).not.toContain('a reason');
  });

  it('are the same after the same run', () => {
    expect(withResults(once, run)).toBe(once);
  });

  it('need their markers', () => {
    expect(() => withResults('nothing', run)).toThrow('lacks the lines');
  });
});
