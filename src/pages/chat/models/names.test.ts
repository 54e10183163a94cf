import { expect, it } from 'vitest';
import { ago, modelName, storedFacts } from './names.ts';

it.each([
  ['hf:Qwen/Qwen3-0.6B-GGUF:Q8_0', 'Qwen3 0.6B'],
  ['hf:org/name:Q4_0', 'name Q4_0'],
  ['hf:org/name', 'name'],
  ['hf:org/name/sub/a-Q4_0.gguf', 'a-Q4_0.gguf'],
  ['https://host.test/models/m.gguf?x=1', 'm.gguf'],
])('%s is called %s', (address, name) => {
  expect(modelName(address)).toBe(name);
});

const MODEL = {
  id: 'a',
  files: [],
  sizeBytes: 2e9,
  presentBytes: 2e9,
  isComplete: true,
  isPinned: false,
  addedAt: 0,
  usedAt: 0,
};

it('a stored model is described by its size and its last use', () => {
  expect(storedFacts(MODEL, 3 * 3_600_000)).toBe('2.0 GB · used 3 hours ago');
  expect(storedFacts({ ...MODEL, isComplete: false, presentBytes: 5e8 }, 0)).toBe(
    'unfinished: 500 MB of 2.0 GB · used just now',
  );
});

it.each([
  [59_000, 'just now'],
  [60_000, '1 minute ago'],
  [86_400_000, 'yesterday'],
  [3 * 86_400_000, '3 days ago'],
])('%i ms are %s', (ms, text) => {
  expect(ago(0, ms)).toBe(text);
});
