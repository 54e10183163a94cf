import { KERNEL_CASES } from '../conformance/allCases.ts';
import { caseId, type KernelCase } from '../conformance/cases.ts';
import {
  type Batches,
  type Family,
  type FamilyOutcome,
  runFamilies,
  strayRows,
} from '../conformance/families.ts';
import { TUNINGS, type TuningName } from '../conformance/tunings.ts';
import type { Gpu } from '../gpu/device.ts';
import { type KernelSpec, kernelKey } from '../gpu/pipelines.ts';
import type { Tuning } from '../gpu/tuning.ts';
import type { Failure, Invariance, Parameters } from '../report/index.ts';
import { missingFor } from './conformance.ts';
import { failureOf } from './failure.ts';
import type { Finding, Job } from './job.ts';
import type { LabSet } from './labOptions.ts';

/** Time limit of a job: at least `LIMIT_MS`, or `KERNEL_MS` for each kernel that it compiles. */
const LIMIT_MS = 240_000;
const KERNEL_MS = 4000;
/** Batch widths that together select every variant of a kernel. */
const WIDTHS = [1, 2, 3, 4, 8, 16, 40];

/** Case without its batch width. */
interface BatchCase extends Pick<KernelCase, 'id' | 'check' | 'tunings'> {
  /** Widths at which it is tried. */
  readonly widths: readonly number[];
  readonly forRows: NonNullable<KernelCase['forRows']>;
}

/** Cases that differ only in the width of their batch. */
interface Shape {
  readonly id: string;
  readonly family: Family;
}

/**
 * Jobs for each kernel that computes rows, and each tuning that changes it: they compare its rows alone with those in batches.
 */
export function kernelInvarianceJobs(set: LabSet): Job[] {
  const kernels = new Map<string, BatchCase[]>();
  for (const { kernel, axes, check, tunings, forRows } of KERNEL_CASES) {
    if (!forRows) continue;
    const { rows = 1, ...others } = axes;
    const widths = set === 'full' ? WIDTHS : ownWidths(Number(rows), others);
    const cases = kernels.get(kernel) ?? [];
    kernels.set(kernel, [...cases, { id: caseId(kernel, others), check, tunings, widths, forRows }]);
  }
  return [...kernels].flatMap(([kernel, cases]) =>
    cases[0].tunings.map(tuning => kernelInvarianceJob(kernel, tuning, cases)),
  );
}

/**
 * Compares the bits of every row alone and in batches of each width that selects another kernel. All shapes of the kernel's cases
 * share one submit, because reading back is slow in some browsers.
 */
function kernelInvarianceJob(subject: string, tuning: TuningName | 'any', cases: readonly BatchCase[]): Job {
  const shapes = shapesOf(cases, TUNINGS[tuning === 'any' ? 'gpu' : tuning]);
  const nKernels = shapes.reduce((sum, { family }) => sum + family.specs.length, 0);
  const entry = ({ id }: Shape, outcome: Outcome): Finding => ({
    part: 'invariance',
    entry: { id: `${id.slice(subject.length + 1)}@${tuning}`, subject, tuning, ...outcome },
  });
  return {
    id: `invariance:${subject}@${tuning}`,
    part: 'invariance',
    limitMs: Math.max(LIMIT_MS, KERNEL_MS * nKernels),
    weight: 0.025 * nKernels,
    async run(bench) {
      const gpu = await bench.gpu();
      const missing = missingFor(tuning, gpu);
      if (missing) return shapes.map(shape => entry(shape, missing));
      const refused = await Promise.all(shapes.map(({ family }) => refusalOf(gpu, family)));
      const compiled = shapes.filter((_, i) => refused[i] === null);
      const outcomes = await runFamilies(
        gpu,
        compiled.map(({ family }) => family),
        batchesFor,
      );
      // Outcomes are in the order of the shapes that were not refused.
      let at = 0;
      return shapes.map((shape, i) => entry(shape, refused[i] ?? judge(outcomes[at++])));
    },
    failed: failure => shapes.map(shape => entry(shape, failure)),
  };
}

type Outcome = Invariance extends infer Entry
  ? Entry extends Invariance
    ? Omit<Entry, 'id' | 'subject' | 'tuning'>
    : never
  : never;

/** Every row alone, and in a batch of two full tiles and a third tile with a single row. */
function batchesFor(widest: number): Batches {
  const rows = Array.from({ length: 2 * widest + 1 }, (_, row) => row);
  return { nRows: rows.length, alone: rows };
}

function judge(outcome: FamilyOutcome): Outcome {
  const strays = outcome.specs.flatMap((_, i) => strayRows(outcome, i));
  const nCompared = outcome.batches.reduce((sum, { length }) => sum + length, 0);
  const [message] = strays;
  if (message === undefined) return { status: 'success', nCompared };
  return { status: 'wrong-result', message, nCompared, nDifferent: strays.length };
}

/** Reason why a family cannot be compiled, or null. */
async function refusalOf(gpu: Gpu, { specs }: Family): Promise<Failure | null> {
  try {
    await Promise.all(specs.map(spec => gpu.pipelines.get(spec)));
    return null;
  } catch (error) {
    return failureOf(error);
  }
}

/** Widths in the quick set: that of the case, which is compiled anyway, and for products a second one per weight type. */
function ownWidths(rows: number, { weight, nExperts }: Parameters): readonly number[] {
  // Products with experts take the longest to compile, and unpack weights with the same text.
  return weight === undefined || nExperts !== undefined ? [rows] : [1, rows];
}

function shapesOf(cases: readonly BatchCase[], tuning: Tuning): Shape[] {
  const shapes = new Map<string, { id: string; check: Family['check']; specs: Map<string, KernelSpec> }>();
  for (const { id, check, widths, forRows } of cases) {
    const alone = kernelKey(forRows(tuning, 1));
    const shape = shapes.get(alone) ?? { id, check, specs: new Map() };
    shapes.set(alone, shape);
    for (const spec of widths.map(width => forRows(tuning, width))) shape.specs.set(kernelKey(spec), spec);
  }
  return [...shapes.values()].map(({ id, check, specs }) => ({
    id,
    family: { check, specs: [...specs.values()].toSorted((a, b) => a.tile - b.tile) },
  }));
}
