import type { Instruction } from './instruction.ts';

/** Numbers of accesses, by their width in bits. */
export type Accesses = Readonly<Record<number, number>>;

/** Instructions of a piece of code, as one invocation runs them. */
export interface Counts {
  readonly instructions: number;
  /** All arithmetic of an invocation; the next four are among it. */
  readonly alu: number;
  readonly fma: number;
  readonly int: number;
  readonly cvt: number;
  readonly special: number;
  /** Those that keep an index within bounds. */
  readonly bounds: number;
  readonly scalar: number;
  readonly branch: number;
  readonly sync: number;
  readonly barrier: number;
  readonly store: number;
  readonly spill: number;
  readonly loads: Accesses;
  /** Loads once for all invocations of a subgroup. */
  readonly constants: Accesses;
  readonly lds: Accesses;
}

export function countInstructions(list: Iterable<Instruction>): Counts {
  const sum = { instructions: 0, alu: 0, fma: 0, int: 0, cvt: 0, special: 0, bounds: 0 };
  const others = { scalar: 0, branch: 0, sync: 0, barrier: 0, store: 0, spill: 0 };
  const loads: Record<number, number> = {};
  const constants: Record<number, number> = {};
  const lds: Record<number, number> = {};
  const access = (accesses: Record<number, number>, bits: number, n: number) => {
    accesses[bits] = (accesses[bits] ?? 0) + n;
  };
  for (const { kind, bits = 32, n = 1, bound } of list) {
    if (kind === 'label') continue;
    sum.instructions += n;
    if (bound) sum.bounds += n;
    switch (kind) {
      case 'alu':
        sum.alu += n;
        break;
      case 'fma':
      case 'int':
      case 'cvt':
      case 'special':
        sum.alu += n;
        sum[kind] += n;
        break;
      case 'load':
        access(loads, bits, n);
        break;
      case 'constant':
        access(constants, bits, n);
        break;
      case 'lds':
        access(lds, bits, n);
        break;
      default:
        others[kind] += n;
    }
  }
  return { ...sum, ...others, loads, constants, lds };
}

/** Counts of `outer`, in which `inner` is contained once, if `inner` runs `times` instead. */
export function repeatInner(outer: Counts, inner: Counts, times: number): Counts {
  const plus = (a = 0, b = 0) => a + (times - 1) * b;
  const accesses = (a: Accesses, b: Accesses): Accesses =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])].map(bits => [bits, plus(a[+bits], b[+bits])]),
    );
  return {
    instructions: plus(outer.instructions, inner.instructions),
    alu: plus(outer.alu, inner.alu),
    fma: plus(outer.fma, inner.fma),
    int: plus(outer.int, inner.int),
    cvt: plus(outer.cvt, inner.cvt),
    special: plus(outer.special, inner.special),
    bounds: plus(outer.bounds, inner.bounds),
    scalar: plus(outer.scalar, inner.scalar),
    branch: plus(outer.branch, inner.branch),
    sync: plus(outer.sync, inner.sync),
    barrier: plus(outer.barrier, inner.barrier),
    store: plus(outer.store, inner.store),
    spill: plus(outer.spill, inner.spill),
    loads: accesses(outer.loads, inner.loads),
    constants: accesses(outer.constants, inner.constants),
    lds: accesses(outer.lds, inner.lds),
  };
}

/** Bytes that some accesses bring to the registers of an invocation. */
export function bytesOf(accesses: Accesses): number {
  return Object.entries(accesses).reduce((sum, [bits, n]) => sum + (Number(bits) / 8) * n, 0);
}
