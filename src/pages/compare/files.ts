import { MAX_REPORT_BYTES, type Report, readReport, withReports } from '../../report/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Action } from './state.ts';

/** Adds the readable reports among the files, and an error for each of the others. */
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

/** Reads the reports that were put into this page; an unreadable one throws. */
export function embeddedReports(text: string): Report[] {
  const values: unknown = JSON.parse(text);
  if (!Array.isArray(values)) return [];
  return values.map((value, i) => readReport(JSON.stringify(value), `report ${i + 1} of this page`));
}

/** Saves the page with the reports in it. `page` is its text as loaded. */
export function shareAsFile(page: string, reports: readonly Report[]): void {
  const url = URL.createObjectURL(new Blob([withReports(page, reports)], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'comparison.html';
  link.click();
  // Revoke later, because revoking at once stops the download in some browsers.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
