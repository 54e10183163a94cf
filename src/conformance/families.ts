import type { Gpu } from '../gpu/device.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import type { LoadCheck, Setup } from './check.ts';
import { compareExact, firstLine } from './compare.ts';
import { asBits, type Contents, type Result, type Words } from './contents.ts';
import { type Run, runKernels } from './run.ts';

/** Pipelines of one kernel that differ only in how many rows of the batch they take at a time, the narrowest first. */
export interface Family {
  readonly check: LoadCheck;
  readonly specs: readonly KernelSpec[];
}

/** The batches that a family is tried with. */
export interface Batches {
  /** Rows of the batch that each pipeline gets. */
  readonly nRows: number;
  /** Those of them that the narrowest pipeline also gets alone. */
  readonly alone: readonly number[];
}

/** The results of each row of a batch, of which a row may have several. */
export type RowResults = readonly (readonly Words[])[];

/** What the pipelines of a family made of the same rows. */
export interface FamilyOutcome {
  readonly specs: readonly KernelSpec[];
  readonly expected: readonly (readonly Result[])[];
  /** By pipeline. */
  readonly batches: readonly RowResults[];
  /** By row. */
  readonly alone: ReadonlyMap<number, RowResults[number]>;
}

/** A run, and the results to read from it. */
interface ReadRun extends Run {
  readonly setup: Setup;
  readonly results: readonly (readonly Result[])[];
}

/** Runs compiled pipelines, all in one submit that is read back at once, with the batches that a family of such width gets. */
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

/** The words of a result among those of all bindings. */
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

/** Each pipeline of a family with the same rows, then the narrowest with some of them alone. */
function runsOf({ check, specs }: Family, { nRows, alone }: Batches) {
  const setup = check.setUpFew(
    specs[specs.length - 1],
    Array.from({ length: nRows }, (_, row) => row),
  );
  const results = setup.results();
  const batches = specs.map((spec): ReadRun => {
    const own = withOwnOutputs(spec, setup.bindings);
    return { spec, setup: { ...setup, bindings: setup.bindings.map(own) }, results: movedTo(results, own) };
  });
  const runAlone = (row: number): ReadRun => {
    const setup = check.setUpFew(specs[0], [row]);
    return { spec: specs[0], setup, results: setup.results() };
  };
  const rows = check.isBatched ? alone : [];
  return { batches, alone: new Map(rows.map(row => [row, runAlone(row)])) };
}

/** Gives copies of what a kernel writes: equal runs share their inputs, but each writes to places of its own. */
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
 * The rows of a pipeline's batch, the `index`th of its family, whose bits are others than in the narrowest pipeline's batch or
 * alone (design D1): for each, how.
 */
export function strayRows({ specs, batches, alone }: FamilyOutcome, index: number): string[] {
  const rows = batches[index];
  return rows.flatMap((results, r) => {
    const row = `row ${r} of ${rows.length}`;
    const tiled = `${row} in tiles of ${specs[index].tile}`;
    return differing(results, batches[0][r], tiled) ?? differing(results, alone.get(r) ?? results, row) ?? [];
  });
}

/** How a row differs from what it was in another batch, or null. */
function differing(row: readonly Words[], other: readonly Words[], what: string): string | null {
  for (const [i, found] of row.entries()) {
    const compared = compareExact(asBits(found), asBits(other[i]));
    if (!compared.passed) return `${what} has other bits than alone: ${firstLine(compared.message)}`;
  }
  return null;
}
