import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  backendOpsCsv,
  type Comparison,
  compareReports,
  comparisonText,
  llamaBenchJsonl,
  MAX_REPORT_BYTES,
  type Report,
  readReport,
  withReports,
} from '../../report/index.ts';
import { assertNever } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Machine } from '../machine.ts';
import type { CompareOptions } from './compareLine.ts';

/** Compares reports and prints what came of it. Resolves with the exit code: 1 where they contradict each other. */
export async function compareFiles(
  { files, format, out }: CompareOptions,
  { site, log }: Pick<Machine, 'site' | 'log'>,
): Promise<0 | 1> {
  const reports = await Promise.all(files.map(readFrom));
  const comparison = compareReports(reports);
  log(printed(comparison, format).trimEnd());
  if (out !== undefined) {
    const page = await readFile(join(site, 'compare.html'), 'utf8');
    await writeFile(out, withReports(page, reports)).catch(cause => {
      throw new ForetokenError(
        'invalid_option',
        `cannot write ${out}; check the path after --out`,
        {},
        { cause },
      );
    });
  }
  return comparison.nContradictions > 0 ? 1 : 0;
}

function printed(comparison: Comparison, format: CompareOptions['format']): string {
  switch (format) {
    case 'text':
    case 'markdown':
      return comparisonText(comparison, format);
    case 'json': {
      // The reports themselves are what was given.
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

async function readFrom(path: string): Promise<Report> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile())
    throw new ForetokenError('invalid_report', `there is no file ${path}; check the path`);
  if (found.size > MAX_REPORT_BYTES) {
    const message = `${path} has ${found.size} bytes, and a report at most ${MAX_REPORT_BYTES}; give a file that the lab wrote`;
    throw new ForetokenError('invalid_report', message);
  }
  return readReport(await readFile(path, 'utf8'), path);
}
