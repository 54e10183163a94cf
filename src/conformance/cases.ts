import type { KernelSpec } from '../gpu/pipelines.ts';
import type { Tuning } from '../gpu/tuning.ts';
import { assert } from '../util/assert.ts';
import type { KernelCheck, LoadCheck, Setup } from './check.ts';
import { numbers } from './inputs.ts';
import type { ShaderChange } from './shaderChange.ts';
import { TUNINGS, type TuningName } from './tunings.ts';

/** Parameters that vary from case to case. */
export type Axes = Readonly<Record<string, string | number | boolean>>;

/** Kernel with one input, run over its whole grid. */
export interface KernelCase {
  /** Derived from the axes: `mul_mat:weight=Q4_0,rows=3`. */
  readonly id: string;
  readonly kernel: string;
  readonly axes: Axes;
  readonly check: LoadCheck;
  /** Tunings that change the kernel; `any` if none does. */
  readonly tunings: readonly (TuningName | 'any')[];
  /** Approximate seconds on a software adapter, mostly for compiling. */
  readonly seconds: number;
  /** Builds the inputs, the same each time. */
  readonly make: (tuning: Tuning) => { readonly spec: KernelSpec; readonly setup: Setup };
  /** Kernel for a batch of `rows` rows; null if it computes no rows. */
  readonly forRows: ((tuning: Tuning, rows: number) => KernelSpec) | null;
}

/** Kernel at a size that models have, to be timed. */
export interface TimedCase extends KernelCase {
  /** Bytes that it has to read and write, and its operations, where a fused multiply-add counts as two. */
  readonly bytes: number;
  readonly flops: number;
  /** Whether its large inputs are weights or a KV cache: a step reads them once, from memory and not from a cache. */
  readonly readsMemory: boolean;
  /** Whether it takes long on a software adapter. */
  readonly isLong: boolean;
}

/** Kernel broken on purpose, in a way known from drivers and ports, and the place where that must show. */
export interface Fault {
  readonly id: string;
  readonly kernel: string;
  /** Description of the fault. */
  readonly fault: string;
  readonly change: ShaderChange;
  readonly tuning: TuningName | 'any';
  /** Case that must come out wrong, at an index in this range. */
  readonly caught: { readonly id: string; readonly from?: number; readonly to?: number };
  /** Case that the fault does not affect. */
  readonly spared: string;
  /** Whether the fault is a race, which a GPU may win every time. */
  readonly isRace?: boolean;
  /** Subgroup size at which the fault has no effect. */
  readonly harmlessAt?: number;
}

/** Cases of one check, which only tests, lab and benchmarks need. */
export interface KernelCases<A extends object = never> {
  readonly cases: readonly KernelCase[];
  readonly timed: readonly TimedCase[];
  readonly faults: readonly Fault[];
  /** Case with these axes and the usual values of the others. */
  readonly at: (axes: Partial<A>) => KernelCase;
  /** Id of the first case with these axes. */
  readonly idOf: (axes: Partial<A>) => string;
}

interface Definition<P, I, A extends object> {
  /** Default axes of a case. */
  readonly usual: A;
  readonly cases: readonly Partial<A>[];
  readonly parameters: (axes: A, tuning: Tuning) => P;
  readonly inputs?: (axes: A) => Partial<I>;
  /** Knobs that a case sets itself. */
  readonly pinned?: (axes: A) => Partial<Tuning>;
  readonly seconds?: number;
  /** Sizes to time. */
  readonly timed?: readonly Partial<A>[];
  readonly timedLong?: readonly Partial<A>[];
  readonly readsMemory?: true;
  readonly cost?: (axes: A) => { readonly bytes: number; readonly flops: number };
  /** Faults to inject. */
  readonly faults?: (idOf: KernelCases<A>['idOf']) => readonly Omit<Fault, 'kernel'>[];
}

/**
 * Defines the cases of a check. The definition is a function without side effects, so that a bundle of the product, which
 * contains the checks, can omit the cases.
 */
/* @__NO_SIDE_EFFECTS__ */
export function kernelCases<P, I, A extends object>(
  check: KernelCheck<P, I>,
  define: () => Definition<P, I, A>,
): KernelCases<A> {
  const definition = define();
  const { kernel, isBatched, usual: usualInputs } = check;
  const { usual, parameters, inputs = () => ({}), pinned = () => ({}), seconds = 0.05 } = definition;
  const at = (named: Partial<A>): KernelCase => {
    const axes: A = { ...usual, ...named };
    const specOf = (tuning: Tuning, own: A) => kernel(parameters(own, tuning), { ...tuning, ...pinned(own) });
    return {
      id: caseId(kernel.shader, named),
      kernel: kernel.shader,
      axes: named as Axes,
      check,
      tunings: tuningsOf(kernel.tuned.filter(knob => !(knob in pinned(axes)))),
      seconds,
      make: tuning => {
        const spec = specOf(tuning, axes);
        const rows = numbers('rows' in axes ? Number(axes.rows) : 1);
        const batch = { spec, rows, parameters: spec.parameters, isWhole: true };
        return { spec, setup: check.setUp({ ...batch, inputs: { ...usualInputs, ...inputs(axes) } }) };
      },
      forRows: isBatched ? (tuning, rows) => specOf(tuning, { ...axes, rows }) : null,
    };
  };
  const cases = definition.cases.map(at);
  const idOf = (wanted: Partial<A>) => {
    const found = cases.find(({ axes }) =>
      Object.entries(wanted).every(([name, value]) => axes[name] === value),
    );
    assert(found !== undefined, () => `no case ${caseId(kernel.shader, wanted)}`);
    return found.id;
  };
  const { timed = [], timedLong = [], cost = () => ({ bytes: 0, flops: 0 }), faults = () => [] } = definition;
  const timedAt = (axes: Partial<A>, isLong: boolean): TimedCase => ({
    ...at(axes),
    ...cost({ ...usual, ...axes }),
    readsMemory: definition.readsMemory ?? false,
    isLong,
  });
  return {
    cases,
    timed: [...timed.map(axes => timedAt(axes, false)), ...timedLong.map(axes => timedAt(axes, true))],
    faults: faults(idOf).map(fault => ({ ...fault, kernel: kernel.shader })),
    at,
    idOf,
  };
}

function tuningsOf(knobs: readonly (keyof Tuning)[]): KernelCase['tunings'] {
  const changed = TUNING_NAMES.filter(name =>
    knobs.some(knob => TUNINGS[name][knob] !== TUNINGS.software[knob]),
  );
  return changed.length > 0 ? ['software', ...changed] : ['any'];
}

const TUNING_NAMES: readonly TuningName[] = ['gpu', 'subgroups'];

/** Combines the usual axes with every combination of the values of each variation. */
export function vary<A extends object>(
  usual: A,
  ...variations: readonly { readonly [K in keyof A]?: readonly A[K][] }[]
): A[] {
  return variations.flatMap(variation =>
    Object.entries<readonly A[keyof A][]>(variation as Record<string, readonly A[keyof A][]>).reduce<A[]>(
      (cases, [name, values]) => cases.flatMap(axes => values.map(value => ({ ...axes, [name]: value }))),
      [usual],
    ),
  );
}

/** Id of a case, from the axes that vary. */
export function caseId(kernel: string, axes: object): string {
  const listed = Object.entries(axes).map(([name, value]) => `${name}=${value}`);
  return `${kernel}:${listed.join(',')}`;
}
