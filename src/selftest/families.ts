import type { Gpu } from '../gpu/device.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import { assert } from '../util/assert.ts';
import { compareExact, firstLine } from './compare.ts';
import { runTrials, type TrialRun } from './runTrials.ts';
import type { Trial, Words } from './trial.ts';
import { TRIALS } from './trials.ts';

/** Kernels that differ only in how many rows of the batch they take at a time, the narrowest first. */
export type Family = readonly KernelSpec[];

/** What a family is tried with. */
export interface Batches {
  /** Rows of the batch that each kernel gets. */
  readonly nRows: number;
  /** Those of them that the narrowest kernel also gets alone. */
  readonly alone: readonly number[];
}

/** The results of each row of a batch, of which a row may have several. */
export type RowResults = readonly (readonly Words[])[];

/** What the kernels of a family made of the same rows. */
export interface FamilyOutcome {
  readonly family: Family;
  /** What the CPU twin makes of them. */
  readonly expected: Trial['rows'];
  /** Of each kernel. */
  readonly batches: readonly RowResults[];
  /** By row. */
  readonly alone: ReadonlyMap<number, readonly Words[]>;
}

/** Rows of a batch that a kernel takes at a time. */
export function tileOf({ defines }: KernelSpec): number {
  return Number(defines.M ?? defines.TILE ?? defines.R ?? 1);
}

/** Runs compiled kernels, all in one submit that is read back at once, with the batches that a family of such width gets. */
export async function runFamilies(
  gpu: Gpu,
  families: readonly Family[],
  batchesFor: (widest: number) => Batches,
): Promise<FamilyOutcome[]> {
  const tried = families.map(family => ({ family, ...runsOf(family, batchesFor(widestOf(family))) }));
  const outputs = await runTrials(
    gpu,
    tried.flatMap(({ batches, alone }) => [...batches, ...alone.values()]),
  );
  let at = 0;
  const resultsOf = ({ trial }: TrialRun): RowResults => {
    const words = outputs[at++];
    return trial.rows.map(row => row.map(({ read }) => read(words)));
  };
  return tried.map(({ family, batches, alone }) => ({
    family,
    expected: batches[0].trial.rows,
    batches: batches.map(resultsOf),
    alone: new Map([...alone].map(([row, run]) => [row, resultsOf(run)[0]])),
  }));
}

function widestOf(family: Family): number {
  return Math.max(...family.map(tileOf));
}

/** Each kernel of a family with the same rows, then the narrowest with some of them alone. */
function runsOf(family: Family, { nRows, alone }: Batches) {
  const run = (spec: KernelSpec, rows: readonly number[]): TrialRun => {
    const make = TRIALS[spec.shader];
    assert(make !== undefined, () => `no trial for the kernel ${spec.shader}`);
    return { spec, trial: make(spec, rows) };
  };
  const { trial } = run(
    family[family.length - 1],
    Array.from({ length: nRows }, (_, row) => row),
  );
  // Same inputs and twin for all widths, but each writes to places of its own.
  const batches = family.map((spec): TrialRun => {
    const bindings = trial.bindings.map((contents, i) =>
      spec.bindings[i] === 'write' ? { ...contents } : contents,
    );
    return { spec, trial: { ...trial, bindings } };
  });
  // What moves a cache or the tokens of a draft takes no batch, and says of other rows what they are.
  const rows = trial.rows.length === nRows ? alone : [];
  return { batches, alone: new Map(rows.map(row => [row, run(family[0], [row])])) };
}

/**
 * The rows of a kernel's batch, the `index`th of its family, whose bits are others than in the narrowest kernel's batch or
 * alone (design D1): for each, how.
 */
export function strayRows({ family, batches, alone }: FamilyOutcome, index: number): string[] {
  const rows = batches[index];
  return rows.flatMap((results, r) => {
    const row = `row ${r} of ${rows.length}`;
    const tiled = `${row} in tiles of ${tileOf(family[index])}`;
    return differing(results, batches[0][r], tiled) ?? differing(results, alone.get(r) ?? results, row) ?? [];
  });
}

/** How a row differs from what it was in another batch, or null. */
function differing(row: readonly Words[], other: readonly Words[], what: string): string | null {
  for (const [i, words] of row.entries()) {
    const compared = compareExact(bits(words), bits(other[i]));
    if (!compared.passed) return `${what} has other bits than alone: ${firstLine(compared.message)}`;
  }
  return null;
}

function bits(words: Words): Uint32Array<ArrayBuffer> {
  return new Uint32Array(words.buffer, words.byteOffset, words.length);
}
