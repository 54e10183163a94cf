import type { LabOptions, LabProgress } from '../../lab/labOptions.ts';
import { ForetokenError } from '../../util/errors.ts';

/** `lab.html` in some browser. All methods reject once the page or its browser is gone. */
export interface LabPage {
  /** Command line of the browser, as far as it is known. */
  readonly flags: readonly string[];
  /** Runs the lab and resolves with the report's JSON. Rejects with the page's error if there is none. */
  run(options: LabOptions): Promise<string>;
  progress(): Promise<LabProgress | null>;
  /** Ends the run, which then reports what was done. */
  stop(): Promise<void>;
  /** Disconnects from the browser, and ends it if it was started here. */
  close(): Promise<void>;
}

/** Tab of a browser, independent of its driver. */
export interface Tab {
  /** Calls `work` in the tab, where it can use only its argument, and resolves with the result. */
  evaluate(work: (given: string) => string | Promise<string>, given: string): Promise<string>;
  close(): Promise<void>;
}

type Outcome = { readonly report: string } | { readonly problem: string };

/** Lab in a tab that has loaded it. Values cross as JSON, because drivers differ in what else they can transfer. */
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
