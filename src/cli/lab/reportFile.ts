import { readFile, stat } from 'node:fs/promises';
import { MAX_REPORT_BYTES, type Report, readReport } from '../../report/index.ts';
import { ForetokenError } from '../../util/errors.ts';

/** Reads the report in a file. Throws `invalid_report`. */
export async function readReportFile(path: string): Promise<Report> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile())
    throw new ForetokenError('invalid_report', `there is no file ${path}; check the path`);
  if (found.size > MAX_REPORT_BYTES) {
    const message = `${path} has ${found.size} bytes, and a report at most ${MAX_REPORT_BYTES}; give a file that the lab wrote`;
    throw new ForetokenError('invalid_report', message);
  }
  return readReport(await readFile(path, 'utf8'), path);
}
