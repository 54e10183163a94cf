import type { Gpu } from '../gpu/device.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import type { LoadCheck, Setup } from './check.ts';
import { compareExact, firstLine } from './compare.ts';
import { asBits, type Contents, type Result, type Words } from './contents.ts';
import { type Run, runKernels } from './run.ts';

/** Pipelines of one kernel that differ only in the number of batch rows they process at a time, the narrowest first. */
export interface Family {
  readonly check: LoadCheck;
  readonly specs: readonly KernelSpec[];
}

/** Batches with which a family is tried. */
export interface Batches {
  /** Number of rows in each pipeline's batch. */
  readonly nRows: number;
  /** Rows that the narrowest pipeline also gets alone. */
  readonly alone: readonly number[];
}

/** Results of each row of a batch; a row may have several. */
export type RowResults = readonly (readonly Words[])[];

/** Results of a family's pipelines for the same rows. */
export interface FamilyOutcome {
  readonly specs: readonly KernelSpec[];
  readonly expected: readonly (readonly Result[])[];
  /** Results by pipeline. */
  readonly batches: readonly RowResults[];
  /** Results by row. */
  readonly alone: ReadonlyMap<number, RowResults[number]>;
}

/** Run with the results to read from it. */
interface ReadRun extends Run {
  readonly setup: Setup;
  readonly results: readonly (readonly Result[])[];
}

/** Runs compiled pipelines on the batches for their family's width, all in one submit that is read back at once. */
export async function runFamilies(
  gpu: Gpu,
  families: readonly Family[],
  batchesFor: (widest: number) => Batches,
): Promise<FamilyOutcome[]> {
  const tried = families.map(family => runsOf(family, batchesFor(widestOf(family))));
  const outputs = await runKernels(
    gpu,
    tried.flatMap(({ batches, alone }) => [...batches, ...alone.values()]),
  );
  let at = 0;
  const resultsOf = (run: ReadRun): RowResults => {
    const found = outputs[at++];
    return run.results.map(row => row.map(result => readResult(run.setup, result, found)));
  };
  return tried.map(({ batches, alone }, i) => ({
    specs: families[i].specs,
    expected: batches[0].results,
    batches: batches.map(resultsOf),
    alone: new Map([...alone].map(([row, run]) => [row, resultsOf(run)[0]])),
  }));
}

/** Words of a result, from the words of all bindings. */
export function readResult(
  { bindings }: Pick<Setup, 'bindings'>,
  { of, at, length, read }: Result,
  found: readonly Uint32Array<ArrayBuffer>[],
): Words {
  return read(found[bindings.indexOf(of)].slice(at, at + length));
}

function widestOf({ specs }: Family): number {
  return Math.max(...specs.map(({ tile }) => tile));
}

/** Runs each pipeline of a family with the same rows, then the narrowest with some of them alone. */
function runsOf({ check, specs }: Family, { nRows, alone }: Batches) {
  // The widest pipeline decides which weight rows all of them compute.
  const setUp = (rows: readonly number[]) => check.setUpFew(specs[specs.length - 1], rows);
  const setup = setUp(Array.from({ length: nRows }, (_, row) => row));
  const results = setup.results();
  const batches = specs.map((spec): ReadRun => {
    const own = withOwnOutputs(spec, setup.bindings);
    return { spec, setup: { ...setup, bindings: setup.bindings.map(own) }, results: movedTo(results, own) };
  });
  const runAlone = (row: number): ReadRun => {
    const setup = setUp([row]);
    return { spec: specs[0], setup, results: setup.results() };
  };
  const rows = check.isBatched ? alone : [];
  return { batches, alone: new Map(rows.map(row => [row, runAlone(row)])) };
}

/** Copies the contents that a kernel writes: equal runs share their inputs, but not their outputs. */
export function withOwnOutputs(spec: KernelSpec, bindings: readonly Contents[]): (of: Contents) => Contents {
  const copies = new Map(
    bindings.map((contents, i) => [contents, spec.bindings[i] === 'write' ? { ...contents } : contents]),
  );
  return of => copies.get(of) ?? of;
}

function movedTo(
  results: readonly (readonly Result[])[],
  own: (of: Contents) => Contents,
): readonly (readonly Result[])[] {
  return results.map(row => row.map(result => ({ ...result, of: own(result.of) })));
}

/**
 * Describes the rows of pipeline `index` of a family whose bits differ from the narrowest pipeline's batch or from the row alone
 * (design D1).
 */
export function strayRows({ specs, batches, alone }: FamilyOutcome, index: number): string[] {
  const rows = batches[index];
  return rows.flatMap((results, r) => {
    const row = `row ${r} of ${rows.length}`;
    const tiled = `${row} in tiles of ${specs[index].tile}`;
    return differing(results, batches[0][r], tiled) ?? differing(results, alone.get(r) ?? results, row) ?? [];
  });
}

/** Describes the difference of a row to the same row in another batch, or null. */
function differing(row: readonly Words[], other: readonly Words[], what: string): string | null {
  for (const [i, found] of row.entries()) {
    const compared = compareExact(asBits(found), asBits(other[i]));
    if (!compared.passed) return `${what} has other bits than alone: ${firstLine(compared.message)}`;
  }
  return null;
}
