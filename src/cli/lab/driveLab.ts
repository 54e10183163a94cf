import { setTimeout as sleep } from 'node:timers/promises';
import type { LabOptions, LabProgress } from '../../lab/labOptions.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { LabPage } from './labPage.ts';

export interface DriveOptions {
  readonly onProgress: (progress: LabProgress) => void;
  /** Aborts to end the run; it then reports what was done. */
  readonly signal: AbortSignal;
  readonly pollMs?: number;
  /** Time without progress after which a page counts as hanging; longer than any case. */
  readonly patienceMs?: number;
  /** Time for a stopped run to report. */
  readonly graceMs?: number;
}

/**
 * Runs the lab in a page, reports its progress, and resolves with the report's JSON. A page that hangs is asked to end its run.
 * Rejects with the page's error, or with `internal` if there is none.
 */
export async function driveLab(
  page: LabPage,
  options: LabOptions,
  { onProgress, signal, pollMs = 1000, patienceMs = 300_000, graceMs = 30_000 }: DriveOptions,
): Promise<string> {
  const ended = new AbortController();
  const report = page.run(options);
  report.finally(() => ended.abort()).catch(() => {});
  return Promise.race([
    report,
    lookAfter().catch(error => (ended.signal.aborted ? report : Promise.reject(error))),
  ]);

  /** Watches the run; throws when the run has ended or is abandoned. */
  async function lookAfter(): Promise<never> {
    const wait = (ms: number) => sleep(ms, undefined, { signal: ended.signal });
    const last: { progress: LabProgress | null; atMs: number } = { progress: null, atMs: performance.now() };
    const tell = (progress: LabProgress | null) => {
      const { nDone, current } = last.progress ?? {};
      if (!progress || (progress.nDone === nDone && progress.current === current)) return;
      last.progress = progress;
      last.atMs = performance.now();
      onProgress(progress);
    };
    const isQuiet = () => performance.now() - last.atMs > patienceMs;
    while (!(signal.aborted || isQuiet())) {
      // A page that does not answer makes no progress either.
      page.progress().then(tell, () => {});
      await wait(pollMs);
    }
    page.stop().catch(() => {});
    await wait(graceMs);
    const why = isQuiet()
      ? `nothing moved for ${patienceMs / 1000} s`
      : `a run that was stopped did not report within ${graceMs / 1000} s`;
    const where = last.progress ? `, the last case being ${last.progress.current}` : '';
    throw new ForetokenError('internal', `${why}${where}; try single cases with --only`);
  }
}
