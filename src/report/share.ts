import { assert } from '../util/assert.ts';
import type { Report } from './schema/report.ts';

/** Where compare.html holds the reports that it opens with. */
const HOLDER = /(<script type="application\/json" id="reports">)[\s\S]*?(<\/script>)/;

/** The page compare.html, which is one file with nothing beside it, with these reports in it. */
export function withReports(page: string, reports: readonly Report[]): string {
  assert(HOLDER.test(page), 'the page has no place for reports');
  // So that nothing in a report can end the element that holds it.
  const json = JSON.stringify(reports).replaceAll('<', '\\u003c');
  return page.replace(HOLDER, (_, open: string, close: string) => `${open}${json}${close}`);
}
