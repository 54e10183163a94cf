import { Check } from 'typebox/schema';
import { ForetokenError } from '../util/errors.ts';
import { problemOf } from './problem.ts';
import { measured } from './samples.ts';
import { PARTS, type Part, REPORT_SCHEMA, type Report, ReportSchema } from './schema/report.ts';

/** Size limit; a report of every case, with raw samples, is far smaller. */
export const MAX_REPORT_BYTES = 32 * 1024 * 1024;

/** Reads a report's JSON. Throws `invalid_report` with the place and the problem; `name` is the file's name in messages. */
export function readReport(text: string, name: string): Report {
  if (text.length > MAX_REPORT_BYTES) {
    throw invalid(name, `it has ${text.length} characters, and a report at most ${MAX_REPORT_BYTES}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(name, `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  return checkReport(value, name);
}

/** Checks that a value is a report. Throws `invalid_report`. */
export function checkReport(value: unknown, name: string): Report {
  const schema = schemaOf(value);
  if (schema === null) throw invalid(name, `it has no schema "${REPORT_SCHEMA}"`);
  if (schema !== REPORT_SCHEMA) {
    throw new ForetokenError(
      'invalid_report',
      `${name} has the schema ${schema}, and this version of Foretoken reads ${REPORT_SCHEMA}; open it with the version that wrote it`,
    );
  }
  if (!isReport(value)) {
    const problem = problemOf(ReportSchema, value);
    throw invalid(name, problem ? `${problem.path} should be ${problem.expected}, got ${problem.got}` : '');
  }
  const contradiction = contradictionIn(value);
  if (contradiction !== null) throw invalid(name, contradiction);
  return value;
}

function isReport(value: unknown): value is Report {
  return Check(ReportSchema, value);
}

function schemaOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('schema' in value)) return null;
  const { schema } = value;
  return typeof schema === 'string' && schema.startsWith('foretoken-report/') ? schema.slice(0, 100) : null;
}

/**
 * Finds a contradiction that a schema cannot express: a missing part without an explanation, or a median that is not that of its
 * samples.
 */
function contradictionIn(report: Report): string | null {
  const omitted = new Set(report.omitted.map(({ part }) => part));
  const silent = PARTS.find(part => partOf(report, part).length === 0 && !omitted.has(part));
  if (silent) return `${silent} is empty, and omitted does not say why`;
  if (report.finishedAt < report.startedAt) {
    return `finishedAt ${report.finishedAt} is before startedAt ${report.startedAt}`;
  }
  for (const [path, measurement] of measurements(report)) {
    if (measurement.status !== 'success') continue;
    const { median, spread, noisy } = measured(measurement.samples);
    const agree = isClose(measurement.median, median) && isClose(measurement.spread, spread);
    if (!agree || measurement.noisy !== noisy) {
      return `${path} has median ${measurement.median}, spread ${measurement.spread} and noisy ${measurement.noisy}, but its samples give ${median}, ${spread} and ${noisy}`;
    }
  }
  return null;
}

/** Entries of a part, by its name. */
export function partOf(report: Report, part: Part): readonly unknown[] {
  switch (part) {
    case 'speed.kernels':
      return report.speed.kernels;
    case 'speed.throughput':
      return report.speed.throughput;
    case 'speed.speculation':
      return report.speed.speculation;
    case 'speed.load':
      return report.speed.load;
    default:
      return report[part];
  }
}

function measurements({ speed }: Report) {
  const { limits, kernels, throughput, speculation, load } = speed;
  return [
    ...Object.entries(limits).map(([name, limit]) => [`speed.limits.${name}`, limit] as const),
    ...kernels.map((kernel, i) => [`speed.kernels[${i}]`, kernel] as const),
    ...throughput.map((run, i) => [`speed.throughput[${i}]`, run] as const),
    ...speculation.map((pair, i) => [`speed.speculation[${i}]`, pair] as const),
    ...load.flatMap(({ loadMs, compileMs }, i) => [
      [`speed.load[${i}].loadMs`, loadMs] as const,
      [`speed.load[${i}].compileMs`, compileMs] as const,
    ]),
  ];
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), 1e-6);
}

function invalid(name: string, reason: string): ForetokenError {
  return new ForetokenError(
    'invalid_report',
    `${name} is not a report: ${reason}; give a file that the lab wrote, as it wrote it`,
  );
}
