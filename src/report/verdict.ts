import type { Report } from './schema/report.ts';

/** Counts of a report's checks. */
export interface ReportVerdict {
  /** Number of checks that this adapter supports. */
  readonly nRun: number;
  readonly nWrong: number;
  /** Number of checks that did not finish: lost devices, timeouts, errors. */
  readonly nFailed: number;
  /** Number of injected faults that were detected. */
  readonly nFound: number;
  /** Number of injected faults that were not detected, or whose check did not finish. */
  readonly nMissed: number;
  readonly isStopped: boolean;
  /** Whether nothing is wrong and nothing failed. */
  readonly passed: boolean;
}

/** Counts the passed and failed checks of a report; ignores speed. */
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

/** Verdict in a sentence or two. */
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
