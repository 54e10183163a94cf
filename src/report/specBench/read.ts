import { Check } from 'typebox/schema';
import { ForetokenError } from '../../util/errors.ts';
import { problemOf } from '../problem.ts';
import { SPEC_BENCH_SCHEMA, type SpecBench, SpecBenchSchema } from './schema.ts';

/** Size limit; a file with every kind and a hundred categories is far smaller. */
export const MAX_SPEC_BENCH_BYTES = 8 * 1024 * 1024;

/** Reads a file of `npm run spec-bench`. Throws `invalid_report` with the place and the problem; `name` is the file's name. */
export function readSpecBench(text: string, name: string): SpecBench {
  if (text.length > MAX_SPEC_BENCH_BYTES) {
    throw invalid(name, `it has ${text.length} characters, and a result at most ${MAX_SPEC_BENCH_BYTES}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(name, `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (isSpecBench(value)) return value;
  // Other files of JSON lack many fields; this one says the most.
  if (
    typeof value !== 'object' ||
    value === null ||
    !('schema' in value) ||
    value.schema !== SPEC_BENCH_SCHEMA
  ) {
    throw invalid(name, `its schema is not "${SPEC_BENCH_SCHEMA}"`);
  }
  const problem = problemOf(SpecBenchSchema, value);
  throw invalid(name, problem ? `${problem.path} should be ${problem.expected}, got ${problem.got}` : '');
}

function isSpecBench(value: unknown): value is SpecBench {
  return Check(SpecBenchSchema, value);
}

function invalid(name: string, reason: string): ForetokenError {
  return new ForetokenError(
    'invalid_report',
    `${name} is no result of spec-bench: ${reason}; give a file that npm run spec-bench -- --json wrote`,
  );
}
