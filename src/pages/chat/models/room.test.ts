import { expect, it } from 'vitest';
import { roomProblem } from './room.ts';

const GB = 1e9;
const model = (presentBytes: number, isPinned: boolean) => ({
  id: 'a',
  files: [],
  sizeBytes: presentBytes,
  presentBytes,
  isComplete: true,
  isPinned,
  addedAt: 0,
  usedAt: 0,
});
const stored = (isPinned: boolean) => ({
  models: [model(3 * GB, isPinned)],
  usage: { modelBytes: 3 * GB, originBytes: 4 * GB, quotaBytes: 6 * GB, isPersistent: false },
});

it.each([
  [2 * GB, false, null],
  [
    4 * GB,
    false,
    /room for 2\.0 GB more beside 3\.0 GB of models\. Models that are not pinned will make room/,
  ],
  [4 * GB, true, /cannot be kept/],
  [6 * GB, false, /cannot be kept/],
])('%i bytes beside a model, pinned: %s', (bytes, isPinned, text) => {
  const problem = roomProblem({ stored: stored(isPinned) }, bytes);
  if (text === null) expect(problem).toBeNull();
  else expect(problem).toMatch(text);
});

it('nothing is said where the browser keeps nothing', () => {
  expect(roomProblem({ stored: null }, 9 * GB)).toBeNull();
});
