import { MAX_REPORT_BYTES, type Report, readReport, withReports } from '../../report/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Action } from './state.ts';

/** Takes what can be taken of the files, and says of each of the others what is wrong with it. */
export async function addFiles(files: Iterable<File>, dispatch: (action: Action) => void): Promise<void> {
  for (const file of files) {
    try {
      if (file.size > MAX_REPORT_BYTES) {
        const message = `${file.name} has ${file.size} bytes, and a report at most ${MAX_REPORT_BYTES}`;
        throw new ForetokenError('invalid_report', message);
      }
      dispatch({ type: 'add', report: readReport(await file.text(), file.name) });
    } catch (error) {
      dispatch({ type: 'refuse', message: ForetokenError.from(error).message });
    }
  }
}

/** The reports that were put into this page, with the message of one that does not read. */
export function embeddedReports(text: string): Report[] {
  const values: unknown = JSON.parse(text);
  if (!Array.isArray(values)) return [];
  return values.map((value, i) => readReport(JSON.stringify(value), `report ${i + 1} of this page`));
}

/** Saves the page with the reports in it. `page` is its text as it was loaded. */
export function shareAsFile(page: string, reports: readonly Report[]): void {
  const url = URL.createObjectURL(new Blob([withReports(page, reports)], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'comparison.html';
  link.click();
  // The download has begun by then; revoking at once would stop it in some browsers.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
