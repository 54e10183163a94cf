import type { Gpu } from '../gpu/device.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import type { Tuning } from '../gpu/tuning.ts';
import type { Rounding } from '../reference/fma32.ts';
import type { KernelCase } from './cases.ts';
import type { Setup } from './check.ts';
import { type Comparison, compareExact, compareWords } from './compare.ts';
import { asBits, asFloats, type Contents, type Result, type Words, writeContents } from './contents.ts';
import { readResult, withOwnOutputs } from './families.ts';
import { runKernels } from './run.ts';

/** Values to compare: one result of all rows, or everything that a kernel must leave unchanged in a binding. */
export interface Expected {
  readonly values: Words;
  /** Largest normalised mean squared error; 0 requires equal bits. */
  readonly bound: number;
}

/** Expected and actual results of a case. */
export interface CaseOutcome {
  readonly spec: KernelSpec;
  /** Results of all rows, then parts that the kernel must leave unchanged. */
  readonly expected: readonly Expected[];
  readonly nResults: number;
  /** Results of each repetition, in the order of `expected`. */
  readonly actual: readonly (readonly Words[])[];
}

/** Runs a case `times` times in one submit, each on its own buffers. Throws like `runKernels`. */
export async function runCase(
  gpu: Gpu,
  { make }: KernelCase,
  tuning: Tuning,
  times: number,
): Promise<CaseOutcome> {
  const { spec, setup } = make(tuning);
  const runs = Array.from({ length: times }, () => {
    const bindings = setup.bindings.map(withOwnOutputs(spec, setup.bindings));
    return { spec, setup: { ...setup, bindings } };
  });
  const outputs = await runKernels(gpu, runs);
  const byResult = resultsOfAllRows(setup);
  const written = setup.bindings.flatMap((of, i) => (spec.bindings[i] === 'write' ? [{ of, i }] : []));
  const covered = (of: Contents) => byResult.flat().filter(result => result.of === of);
  const untouched = written.map(({ of, i }) => {
    const before = new Uint32Array(of.size);
    writeContents(of, before);
    const without = (words: Uint32Array<ArrayBuffer>) => {
      const rest = words.slice();
      for (const { at, length } of covered(of)) rest.fill(0, at, at + length);
      return rest;
    };
    return { expected: { values: without(before), bound: 0 }, actualOf: (all: Found) => without(all[i]) };
  });
  return {
    spec,
    nResults: byResult.length,
    expected: [
      ...byResult.map(rows => ({ values: joined(rows.map(({ values }) => values)), bound: rows[0].bound })),
      ...untouched.map(({ expected }) => expected),
    ],
    actual: outputs.map(found => [
      ...byResult.map(rows => joined(rows.map(result => readResult(setup, result, found)))),
      ...untouched.map(({ actualOf }) => actualOf(found)),
    ]),
  };
}

type Found = readonly Uint32Array<ArrayBuffer>[];

/** Runs a case and returns the first failed comparison, or the one nearest to failure. */
export async function tryCase(gpu: Gpu, kernelCase: KernelCase, tuning: Tuning): Promise<Comparison> {
  const { expected, actual } = await runCase(gpu, kernelCase, tuning, 1);
  const found = expected.map(({ values, bound }, i) => compareWords(actual[0][i], values, bound));
  return found.find(({ passed }) => !passed) ?? found.reduce((a, b) => (a.nmse > b.nmse ? a : b));
}

/**
 * Compares the results of a case in two tunings bit by bit: those of kernels whose sums have one order, however they are mapped
 * to invocations (design D1).
 */
export async function compareTunings(
  gpu: Gpu,
  kernelCase: KernelCase,
  tunings: readonly [Tuning, Tuning],
): Promise<Comparison> {
  const [first, second] = await Promise.all(tunings.map(tuning => runCase(gpu, kernelCase, tuning, 1)));
  const bits = ({ actual, nResults }: CaseOutcome) => asBits(joined(actual[0].slice(0, nResults)));
  return compareExact(bits(second), bits(first));
}

/**
 * Compares a case with the bits that docs/exactness.md gives its results; null if the CPU does not compute those.
 */
export async function compareCanonical(
  gpu: Gpu,
  kernelCase: KernelCase,
  tuning: Tuning,
  rounding: Rounding,
): Promise<Comparison | null> {
  const { spec, setup } = kernelCase.make(tuning);
  const { canonicalResults } = setup;
  if (!canonicalResults) return null;
  const results = () => canonicalResults(rounding);
  return tryCase(gpu, { ...kernelCase, make: () => ({ spec, setup: { ...setup, results } }) }, tuning);
}

/** First result of all rows that have one, then the second, and so on. */
function resultsOfAllRows(setup: Setup): Result[][] {
  const rows = setup.results();
  const most = Math.max(...rows.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) => rows.flatMap(row => row[i] ?? []));
}

function joined(parts: readonly Words[]): Words {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(new Uint32Array(part.buffer, part.byteOffset, part.length), at);
    at += part.length;
  }
  return parts[0] instanceof Float32Array ? asFloats(all) : all;
}
