import type { Gpu } from '../gpu/device.ts';
import { type KernelSpec, kernelKey } from '../gpu/pipelines.ts';
import { assert } from '../util/assert.ts';
import { compareExact, compareNmse } from './compare.ts';
import { runTrials, type TrialRun } from './runTrials.ts';
import type { ExpectedRow, Words } from './trial.ts';
import { TRIALS } from './trials.ts';

/** What was found of a compiled kernel. */
export interface KernelResult {
  readonly spec: KernelSpec;
  /** Largest normalised mean squared error against the CPU twin; null where bits had to be, and are, equal. */
  readonly nmse: number | null;
  /** Null if it does what it should; else how it does not, with the numbers. */
  readonly fault: string | null;
}

/** Rows of the batch that a kernel without tiles is tried with. */
const MIN_ROWS = 3;

/** Kernels that differ only in how many rows of the batch they take at a time, the narrowest first. */
type Family = readonly KernelSpec[];

/**
 * Tries compiled kernels on small inputs, all in one submit: each against its CPU twin, and the rows of a batch bit by bit
 * against the same rows at another width and against one row alone (design D1).
 */
export async function selfTest(gpu: Gpu, specs: readonly KernelSpec[]): Promise<KernelResult[]> {
  const families = familiesOf(specs);
  const runs = families.flatMap(runsOf);
  const outputs = await runTrials(gpu, runs);
  let at = 0;
  return families.flatMap(family => {
    // One more than kernels: the row alone.
    const count = family.length + 1;
    const results = judge(runs.slice(at, at + count), outputs.slice(at, at + count));
    at += count;
    return results;
  });
}

/** What a kernel has for the rows that it takes at a time. */
const OF_TILE: readonly string[] = ['M', 'TILE', 'AT_ONCE', 'W_END', 'SLICES', 'R'];

function familiesOf(specs: readonly KernelSpec[]): Family[] {
  const families = new Map<string, KernelSpec[]>();
  for (const spec of specs) {
    const others = Object.entries(spec.defines).filter(([name]) => !OF_TILE.includes(name));
    const key = kernelKey({ ...spec, defines: Object.fromEntries(others) });
    families.set(key, [...(families.get(key) ?? []), spec]);
  }
  return [...families.values()].map(family => family.toSorted((a, b) => tileOf(a) - tileOf(b)));
}

function tileOf({ defines }: KernelSpec): number {
  return Number(defines.M ?? defines.TILE ?? defines.R ?? 1);
}

/** Each kernel of a family with the same rows, then the narrowest with the last of them alone. */
function runsOf(family: Family): TrialRun[] {
  const nRows = Math.max(MIN_ROWS, ...family.map(tileOf));
  const rows = Array.from({ length: nRows }, (_, row) => row);
  const run = (spec: KernelSpec, of: readonly number[]): TrialRun => {
    const make = TRIALS[spec.shader];
    assert(make !== undefined, () => `no trial for the kernel ${spec.shader}`);
    return { spec, trial: make(spec, of) };
  };
  const { trial } = run(family[family.length - 1], rows);
  // Same inputs and twin for all widths, but each writes to places of its own.
  const runs = family.map(spec => {
    const bindings = trial.bindings.map((contents, i) =>
      spec.bindings[i] === 'write' ? { ...contents } : contents,
    );
    return { spec, trial: { ...trial, bindings } };
  });
  return [...runs, run(family[0], [nRows - 1])];
}

/** Judges the runs of one family. */
function judge(runs: readonly TrialRun[], outputs: readonly Uint32Array<ArrayBuffer>[][]): KernelResult[] {
  const rowsOf = (i: number) => runs[i].trial.rows.map(row => row.map(({ read }) => read(outputs[i])));
  const first = rowsOf(0);
  const alone = rowsOf(runs.length - 1).at(-1) ?? [];
  return runs.slice(0, -1).map(({ spec, trial }, i) => {
    const rows = rowsOf(i);
    const twin = againstTwin(trial.rows, rows);
    const fault =
      twin.fault ??
      rows
        .map((row, r) => differing(row, first[r], `row ${r} of ${rows.length} in tiles of ${tileOf(spec)}`))
        .find(isFault) ??
      differing(rows[rows.length - 1], alone, `row ${rows.length - 1} of ${rows.length}`) ??
      null;
    return { spec, nmse: twin.nmse, fault };
  });
}

function isFault(message: string | null): message is string {
  return message !== null;
}

function againstTwin(
  expected: readonly (readonly ExpectedRow[])[],
  actual: readonly (readonly Words[])[],
): { nmse: number | null; fault: string | null } {
  let nmse: number | null = null;
  for (const [r, row] of expected.entries()) {
    for (const [i, { values, bound }] of row.entries()) {
      const words = actual[r][i];
      if (bound > 0 && values instanceof Float32Array && words instanceof Float32Array) {
        const compared = compareNmse(words, values, bound);
        nmse = Math.max(nmse ?? 0, compared.nmse);
        if (!compared.passed)
          return { nmse, fault: `row ${r} against its CPU twin: ${firstLine(compared.message)}` };
      } else {
        const compared = compareExact(words, values);
        if (!compared.passed)
          return { nmse, fault: `row ${r} against its CPU twin: ${firstLine(compared.message)}` };
      }
    }
  }
  return { nmse, fault: null };
}

/** How `row` differs from what it was in another batch, or null. */
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

/** Without the table of values around the worst one. */
function firstLine(message: string): string {
  return message.split('\n', 1)[0];
}
