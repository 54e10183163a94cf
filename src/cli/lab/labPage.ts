import type { LabOptions, LabProgress } from '../../lab/options.ts';
import { ForetokenError } from '../../util/errors.ts';

/** `lab.html` in some browser. Everything rejects once the page or its browser is gone. */
export interface LabPage {
  /** Arguments of the browser, as far as they are known. */
  readonly flags: readonly string[];
  /** Runs the lab and resolves with the report's JSON. Rejects with what the page says where there is none. */
  run(options: LabOptions): Promise<string>;
  progress(): Promise<LabProgress | null>;
  /** Ends the run, which then reports what was done. */
  stop(): Promise<void>;
  /** Leaves the browser, and ends it if it is ours. */
  close(): Promise<void>;
}

/** A browser's tab, whoever drives it. */
export interface Tab {
  /** Calls `work` in the tab, where it knows nothing but its argument, and resolves with what comes of it. */
  evaluate(work: (given: string) => string | Promise<string>, given: string): Promise<string>;
  close(): Promise<void>;
}

type Outcome = { readonly report: string } | { readonly problem: string };

/** The lab in a tab that has loaded it. What goes to and fro is JSON: drivers differ in what else they can carry. */
export function labPage({ evaluate, close }: Tab, flags: readonly string[]): LabPage {
  return {
    flags,
    async run(options) {
      const outcome: Outcome = JSON.parse(
        await evaluate(async given => {
          try {
            const report = await window.foretokenLab.run(JSON.parse(given));
            return JSON.stringify({ report: JSON.stringify(report) });
          } catch (error) {
            return JSON.stringify({ problem: error instanceof Error ? error.message : String(error) });
          }
        }, JSON.stringify(options)),
      );
      if ('report' in outcome) return outcome.report;
      throw new ForetokenError('internal', outcome.problem);
    },
    progress: async () =>
      JSON.parse(await evaluate(() => JSON.stringify(window.foretokenLab.progress()), '')),
    async stop() {
      await evaluate(() => {
        window.foretokenLab.stop();
        return '';
      }, '');
    },
    close,
  };
}
