import type { Gpu } from '../gpu/device.ts';
import { type KernelSpec, kernelKey } from '../gpu/pipelines.ts';
import { compareExact, compareNmse, firstLine } from './compare.ts';
import {
  type Family,
  type FamilyOutcome,
  type RowResults,
  runFamilies,
  strayRows,
  tileOf,
} from './families.ts';
import type { ExpectedRow } from './trial.ts';

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

/**
 * Tries compiled kernels on small inputs, all in one submit: each against its CPU twin, and the rows of a batch bit by bit
 * against the same rows at another width and against one row alone (design D1).
 */
export async function selfTest(gpu: Gpu, specs: readonly KernelSpec[]): Promise<KernelResult[]> {
  const outcomes = await runFamilies(gpu, familiesOf(specs), widest => {
    const nRows = Math.max(MIN_ROWS, widest);
    return { nRows, alone: [nRows - 1] };
  });
  return outcomes.flatMap(judge);
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

/** Judges the kernels of one family. */
function judge(outcome: FamilyOutcome): KernelResult[] {
  return outcome.family.map((spec, i) => {
    const { nmse, fault } = againstTwin(outcome.expected, outcome.batches[i]);
    return { spec, nmse, fault: fault ?? strayRows(outcome, i)[0] ?? null };
  });
}

function againstTwin(
  expected: readonly (readonly ExpectedRow[])[],
  actual: RowResults,
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
