import { assert } from '../util/assert.ts';
import type { Report } from './schema/report.ts';

/** Element of compare.html that holds the reports to open with. */
const HOLDER = /(<script type="application\/json" id="reports">)[\s\S]*?(<\/script>)/;

/** Inserts reports into the page compare.html, which is a single file. */
export function withReports(page: string, reports: readonly Report[]): string {
  assert(HOLDER.test(page), 'the page has no place for reports');
  // Keep a report from ending the element that holds it.
  const json = JSON.stringify(reports).replaceAll('<', '\\u003c');
  return page.replace(HOLDER, (_, open: string, close: string) => `${open}${json}${close}`);
}
