import type { Report } from './schema/report.ts';

/** What a report says of a GPU, counted. */
export interface ReportVerdict {
  /** Checks that this adapter can do. */
  readonly nRun: number;
  readonly nWrong: number;
  /** Those that came to no end: lost devices, timeouts, errors. */
  readonly nFailed: number;
  /** Planted faults that were found. */
  readonly nFound: number;
  /** Planted faults that were not found, or not looked for to the end. */
  readonly nMissed: number;
  readonly isStopped: boolean;
  /** Nothing is wrong, and nothing failed. */
  readonly passed: boolean;
}

/** Counts what a report found right and wrong; speed is another matter. */
export function verdictOf({
  controls,
  conformance,
  invariance,
  goldens,
  drafts,
  incidents,
}: Report): ReportVerdict {
  const statuses = [conformance, invariance, goldens, drafts].flat().map(({ status }) => status);
  const nRun = statuses.filter(status => status !== 'unsupported').length;
  const nWrong = statuses.filter(status => status === 'wrong-result').length;
  const nFailed = nRun - nWrong - statuses.filter(status => status === 'success').length;
  const nFound = controls.filter(({ status }) => status === 'success').length;
  const nMissed = controls.filter(({ status }) => status !== 'success' && status !== 'unsupported').length;
  const isStopped = incidents.some(({ what }) => what === 'stopped');
  const passed = nWrong + nFailed + nMissed === 0 && !isStopped;
  return { nRun, nWrong, nFailed, nFound, nMissed, isStopped, passed };
}

/** The verdict in a sentence or two. */
export function verdictWords({ nRun, nWrong, nFailed, nFound, nMissed, isStopped }: ReportVerdict): string {
  return [
    nWrong > 0
      ? `This GPU gets ${nWrong} of ${nRun} checks WRONG.`
      : nRun > 0
        ? `All ${nRun - nFailed} checks ${nFailed > 0 ? 'that came to an end ' : ''}are right.`
        : nFound > 0
          ? `${faults(nFound)} found.`
          : 'Nothing was checked.',
    nFailed > 0 && `${nFailed} did not come to an end.`,
    nMissed > 0 && `${faults(nMissed)} NOT found: do not trust the rest.`,
    isStopped && 'The run was stopped; the report says what is missing.',
  ]
    .filter(Boolean)
    .join(' ');
}

function faults(n: number): string {
  return `${n} planted fault${n === 1 ? ' was' : 's were'}`;
}
