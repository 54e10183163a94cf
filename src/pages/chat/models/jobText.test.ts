import { expect, it } from 'vitest';
import { ForetokenError } from '../../../client/index.ts';
import { jobFigures, jobSentence } from './jobText.ts';
import type { Job, Outcome } from './state.ts';

const PROGRESS = {
  id: 'a',
  phase: 'download' as const,
  loadedBytes: 363e6,
  totalBytes: 808e6,
  resumedBytes: 0,
  bytesPerSecond: 31.4e6,
  remainingSeconds: 14.2,
};

it.each([
  [{}, '363 MB of 808 MB · 31.4 MB/s · 15 s left'],
  [{ resumedBytes: 123e6 }, '363 MB of 808 MB · 31.4 MB/s · 15 s left · resumed at 123 MB'],
  [{ totalBytes: null, remainingSeconds: null }, '363 MB · 31.4 MB/s'],
])('a download with %j shows %s', (changes, text) => {
  expect(jobFigures({ ...PROGRESS, ...changes })).toBe(text);
});

const report = (repairedBytes: number) => ({ id: 'a', checkedBytes: 808e6, repairedBytes });
const failed: Outcome = { kind: 'failed', error: new ForetokenError('quota_exceeded', 'raw') };

it.each<[Job['kind'], Partial<Job>, RegExp]>([
  ['download', { progress: PROGRESS }, /^$/],
  ['download', { progress: { ...PROGRESS, phase: 'waiting' } }, /Another tab downloads it/],
  ['download', { outcome: { kind: 'done', report: null } }, /keeps it/],
  ['download', { outcome: { kind: 'canceled' } }, /What has come stays/],
  ['download', { outcome: failed }, /no room/],
  ['verify', { outcome: { kind: 'done', report: report(0) } }, /every byte is right/],
  ['verify', { outcome: { kind: 'done', report: report(4e6) } }, /4\.0 MB were damaged and came anew/],
  ['verify', { outcome: { kind: 'canceled' } }, /^Canceled\.$/],
])('a %s with %j is told in a sentence', (kind, changes, text) => {
  const job: Job = { id: 'a', kind, progress: null, outcome: { kind: 'running' }, ...changes };
  expect(jobSentence(job, true)).toMatch(text);
});
