import { expect, it } from 'vitest';
import { FAKE_ESTIMATE } from '../../../protocol/fakeReport.ts';
import {
  initialModels,
  LOCAL_KEY,
  type ModelsAction,
  type ModelsState,
  missingOf,
  pairKey,
  reduceModels,
} from './state.ts';

const ID = 'hf:org/name:Q8_0';
const START = initialModels({ userAgent: '', memoryBytes: null });
const after = (...actions: readonly ModelsAction[]): ModelsState => actions.reduce(reduceModels, START);

const started: ModelsAction = { type: 'jobStarted', id: ID, kind: 'download' };
const progress: ModelsAction = {
  type: 'jobProgress',
  progress: {
    id: ID,
    phase: 'download',
    loadedBytes: 1,
    totalBytes: 2,
    resumedBytes: 0,
    bytesPerSecond: 1,
    remainingSeconds: 1,
  },
};
const ended: ModelsAction = { type: 'jobEnded', id: ID, outcome: { kind: 'canceled' } };

it('progress counts while its download runs, and for no other', () => {
  expect(after(started, progress).jobs[ID].progress?.loadedBytes).toBe(1);
  expect(after(started, ended, progress).jobs[ID].progress).toBeNull();
  expect(after(progress, ended).jobs).toEqual({});
});

it('a download that starts again begins without the end of the one before', () => {
  expect(after(started, progress, ended, started).jobs[ID]).toEqual({
    id: ID,
    kind: 'download',
    progress: null,
    outcome: { kind: 'running' },
  });
});

it('an estimate without an adapter does not hide the one that answered before', () => {
  const answered = (adapter: typeof FAKE_ESTIMATE.adapter): ModelsAction => ({
    type: 'fit',
    key: 'a',
    lookup: { kind: 'known', estimate: { ...FAKE_ESTIMATE, adapter } },
  });
  expect(after(answered(FAKE_ESTIMATE.adapter), answered(null)).adapter).toEqual(FAKE_ESTIMATE.adapter);
});

it('pairs differ by target, draft and context; chosen files have one key', () => {
  const pairs = [
    { target: ID, draft: null },
    { target: ID, draft: 'hf:org/draft' },
    { target: ID, draft: null, nCtx: 512 },
    { target: 'hf:org/draft', draft: null },
  ];
  expect(new Set(pairs.map(pairKey)).size).toBe(pairs.length);
  expect(pairKey({ target: [new File([], 'a.gguf')], draft: null })).toBe(LOCAL_KEY);
});

it('only models of the Hub are missing, as long as they are not complete', () => {
  const usage = { modelBytes: 1, originBytes: 1, quotaBytes: 1, isPersistent: true };
  const kept = (isComplete: boolean): ModelsAction => ({
    type: 'stored',
    stored: {
      usage,
      models: [
        {
          id: ID,
          files: [],
          sizeBytes: 1,
          presentBytes: 1,
          isComplete,
          isPinned: false,
          addedAt: 0,
          usedAt: 0,
        },
      ],
    },
  });
  const pair = { target: ID, draft: 'models/draft.gguf' };
  expect(missingOf(START, pair)).toEqual([ID]);
  expect(missingOf(after(kept(false)), pair)).toEqual([ID]);
  expect(missingOf(after(kept(true)), pair)).toEqual([]);
});
