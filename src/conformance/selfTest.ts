import type { Gpu } from '../gpu/device.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import { assert } from '../util/assert.ts';
import type { LoadCheck } from './check.ts';
import { CHECKS } from './checks.ts';
import { compareWords, firstLine } from './compare.ts';
import { type Family, type FamilyOutcome, runFamilies, strayRows } from './families.ts';

/** Result of testing a compiled kernel. */
export interface KernelResult {
  readonly spec: KernelSpec;
  /** Largest normalised mean squared error against the CPU twin; null if equal bits were required and found. */
  readonly nmse: number | null;
  /** Null for a correct kernel; otherwise a description of the fault, with the numbers. */
  readonly fault: string | null;
}

/** Rows of the batch for a kernel without tiles. */
const MIN_ROWS = 3;
/** Tightest bound at load: some drivers have an `exp` with an error of 1e-11, which is acceptable. */
const LOAD_BOUND = 1e-9;

/**
 * Tries compiled kernels on small inputs, all in one submit. Compares each with its CPU twin, and the rows of a batch bit by bit
 * with the same rows at another width and with one row alone (design D1).
 */
export async function selfTest(gpu: Gpu, specs: readonly KernelSpec[]): Promise<KernelResult[]> {
  const outcomes = await runFamilies(gpu, familiesOf(specs), widest => {
    const nRows = Math.max(MIN_ROWS, widest);
    return { nRows, alone: [nRows - 1] };
  });
  return outcomes.flatMap(judge);
}

/** Check of a kernel. */
function checkOf({ shader }: KernelSpec): LoadCheck {
  const check = CHECKS.find(candidate => candidate.shader === shader);
  assert(check !== undefined, () => `no check of the kernel ${shader}`);
  return check;
}

/** Groups the pipelines whose parameters differ only in the batch: the number of rows, or their most positions. */
function familiesOf(specs: readonly KernelSpec[]): Family[] {
  const families = new Map<string, KernelSpec[]>();
  for (const spec of specs) {
    const key = `${spec.shader} ${JSON.stringify({ ...Object(spec.parameters), rows: 0, depth: 0 })}`;
    families.set(key, [...(families.get(key) ?? []), spec]);
  }
  return [...families.values()].map(family => ({
    check: checkOf(family[0]),
    specs: family.toSorted((a, b) => a.tile - b.tile),
  }));
}

/** Judges the kernels of one family. */
function judge(outcome: FamilyOutcome): KernelResult[] {
  return outcome.specs.map((spec, i) => {
    const { nmse, fault } = againstTwin(outcome, i);
    return { spec, nmse, fault: fault ?? strayRows(outcome, i)[0] ?? null };
  });
}

function againstTwin({ expected, batches }: FamilyOutcome, index: number): Omit<KernelResult, 'spec'> {
  let nmse: number | null = null;
  for (const [r, row] of expected.entries()) {
    for (const [i, { values, bound }] of row.entries()) {
      const compared = compareWords(
        batches[index][r][i],
        values,
        bound === 0 ? 0 : Math.max(bound, LOAD_BOUND),
      );
      if (bound > 0) nmse = Math.max(nmse ?? 0, compared.nmse);
      if (!compared.passed)
        return { nmse, fault: `row ${r} against its CPU twin: ${firstLine(compared.message)}` };
    }
  }
  return { nmse, fault: null };
}
