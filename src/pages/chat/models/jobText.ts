import type { StoreProgress } from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';
import { megabytes, size, wait } from '../format.ts';
import { jobProblem } from './jobProblem.ts';
import type { Job } from './state.ts';

/** Bytes, speed, time left, and the bytes that were there before. */
export function jobFigures({
  loadedBytes,
  totalBytes,
  bytesPerSecond,
  remainingSeconds,
  resumedBytes,
}: StoreProgress): string {
  return [
    `${size(loadedBytes)}${totalBytes === null ? '' : ` of ${size(totalBytes)}`}`,
    `${megabytes(bytesPerSecond)}/s`,
    ...(remainingSeconds === null ? [] : [`${wait(remainingSeconds)} left`]),
    ...(resumedBytes === 0 ? [] : [`resumed at ${size(resumedBytes)}`]),
  ].join(' · ');
}

/** Says how a download or a check stands, where figures do not; empty while they do. */
export function jobSentence({ kind, progress, outcome }: Job, isOnline: boolean): string {
  switch (outcome.kind) {
    case 'running':
      return progress?.phase === 'waiting' ? 'Another tab downloads it; this one waits for it.' : '';
    case 'done': {
      if (kind === 'download') return 'Downloaded. This browser keeps it.';
      const repaired = outcome.report?.repairedBytes ?? 0;
      return repaired === 0
        ? 'Checked: every byte is right.'
        : `Repaired: ${size(repaired)} were damaged and came anew.`;
    }
    case 'canceled':
      return kind === 'download' ? 'Canceled. What has come stays here for later.' : 'Canceled.';
    case 'failed':
      return jobProblem(outcome.error, isOnline);
    default:
      return assertNever(outcome);
  }
}
