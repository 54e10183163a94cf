import { sha256 } from '../../util/digest.ts';
import { PLAIN, type SpecAnswer } from './answer.ts';
import { differencesIn } from './differences.ts';
import { rowsOf } from './rows.ts';
import { SPEC_BENCH_SCHEMA, type SpecBench, type SpecBenchConditions } from './schema.ts';

/** Result of a benchmark with these answers, in which every run has servers of the same kinds. */
export async function specBenchOf(
  answers: readonly SpecAnswer[],
  conditions: SpecBenchConditions,
): Promise<SpecBench> {
  const kinds = [...new Set([PLAIN, ...answers.map(({ kind }) => kind)])];
  const differences = differencesIn(answers);
  return {
    schema: SPEC_BENCH_SCHEMA,
    ...conditions,
    categories: [...new Set(answers.map(({ category }) => category))],
    kinds,
    exact: answers.length > 0 && differences.length === 0,
    differences,
    hashes: await Promise.all(kinds.map(async kind => ({ kind, sha256: await hashOf(answers, kind) }))),
    rows: rowsOf(answers),
  };
}

/** Hash of the tokens of the first run, which are numbers in JSON, in the order of the questions. */
function hashOf(answers: readonly SpecAnswer[], kind: string): Promise<string> {
  const tokens = answers
    .filter(answer => answer.kind === kind && answer.run === 0)
    .map(({ tokens }) => tokens);
  return sha256(new TextEncoder().encode(JSON.stringify(tokens)));
}
