import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  backendOpsCsv,
  type Comparison,
  compareReports,
  comparisonText,
  llamaBenchJsonl,
  type Report,
  withReports,
} from '../../report/index.ts';
import { assertNever } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Machine } from '../machine.ts';
import type { CompareOptions } from './compareLine.ts';
import { readReportFile } from './reportFile.ts';

/** Compares reports and prints the result. Resolves with the exit code: 1 if they contradict each other. */
export async function compareFiles(
  { files, format, out }: CompareOptions,
  { site, log }: Pick<Machine, 'site' | 'log'>,
): Promise<0 | 1> {
  const reports = await Promise.all(files.map(readReportFile));
  const comparison = compareReports(reports);
  log(printed(comparison, format).trimEnd());
  if (out !== undefined) await saveComparison(out, reports, site);
  return comparison.nContradictions > 0 ? 1 : 0;
}

function printed(comparison: Comparison, format: CompareOptions['format']): string {
  switch (format) {
    case 'text':
    case 'markdown':
      return comparisonText(comparison, format);
    case 'json': {
      // Omit the reports: they are the input.
      const { reports: _, ...rest } = comparison;
      return JSON.stringify(rest, null, 2);
    }
    case 'llama-bench':
      return llamaBenchJsonl(comparison.reports);
    case 'test-backend-ops':
      return backendOpsCsv(comparison.reports);
    default:
      return assertNever(format);
  }
}

/** Saves the reports as one HTML file that shows them. Throws `invalid_option` if it cannot be written. */
export async function saveComparison(path: string, reports: readonly Report[], site: string): Promise<void> {
  const page = await readFile(join(site, 'compare.html'), 'utf8');
  await writeFile(path, withReports(page, reports)).catch(cause => {
    throw new ForetokenError(
      'invalid_option',
      `cannot write ${path}; check the path after --out`,
      {},
      { cause },
    );
  });
}
