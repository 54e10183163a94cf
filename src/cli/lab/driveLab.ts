import { setTimeout as sleep } from 'node:timers/promises';
import type { LabOptions, LabProgress } from '../../lab/options.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { LabPage } from './labPage.ts';

export interface DriveOptions {
  readonly onProgress: (progress: LabProgress) => void;
  /** Aborted when the run is to end; it then reports what was done. */
  readonly signal: AbortSignal;
  readonly pollMs?: number;
  /** A page in which nothing moved for so long hangs; no case may take as long. */
  readonly patienceMs?: number;
  /** How long a run that is to end may take to report. */
  readonly graceMs?: number;
}

/**
 * Runs the lab in a page, tells how far it is, and resolves with the report's JSON. A page that hangs is asked to end its run.
 * Rejects with what the page says, or `internal` where it says nothing.
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

  /** Ends by throwing: when the run has ended, or where it has to be given up. */
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
      // A page that does not answer does not move either.
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
