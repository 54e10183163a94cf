/** Kind of an instruction: which unit it keeps busy. */
export type Kind =
  | 'alu'
  | 'fma'
  | 'int'
  | 'cvt'
  | 'special'
  /** Once for all invocations of a subgroup. */
  | 'scalar'
  | 'branch'
  /** Waits, hints and fences. */
  | 'sync'
  | 'barrier'
  | 'load'
  | 'store'
  /** Workgroup storage. */
  | 'lds'
  /** Loads once for all invocations of a subgroup. */
  | 'constant'
  | 'spill'
  /** Nothing but a place to jump to. */
  | 'label';

/** Instruction of a compiled kernel, as one invocation runs it. */
export interface Instruction {
  readonly kind: Kind;
  /** Width of what it loads or stores in an invocation; 32 by default. */
  readonly bits?: number;
  /** Repetitions; one by default. */
  readonly n?: number;
  /** Whether it keeps an index within bounds. */
  readonly bound?: boolean;
  readonly label?: string;
  /** Label to jump to. */
  readonly to?: string;
  /** Start of a basic block with this index, and the blocks before it, where a compiler says so. */
  readonly block?: { readonly index: number; readonly before: readonly number[] };
}

/** Reads the instructions of a kernel in the assembly that a compiler prints. */
export type Reader = (text: string) => Instruction[];

/** Reader of a compiler that prints one instruction in a line. */
export function lineReader(read: (line: string) => readonly Instruction[] | Instruction | null): Reader {
  return text => text.split('\n').flatMap(line => read(line) ?? []);
}

const WIDTHS: Readonly<Record<string, number>> = {
  b8: 8,
  u8: 8,
  i8: 8,
  ubyte: 8,
  sbyte: 8,
  b16: 16,
  u16: 16,
  i16: 16,
  b32: 32,
  dword: 32,
  b64: 64,
  dwordx2: 64,
  b96: 96,
  dwordx3: 96,
  b128: 128,
  dwordx4: 128,
  b256: 256,
  dwordx8: 256,
  b512: 512,
  dwordx16: 512,
};

/** Width that the name of an instruction states. */
export function widthIn(op: string): number {
  const stated = op.match(/(dwordx\d+|b\d+|dword|ubyte|sbyte|[ui]8|[ui]16)(?![a-z0-9])/)?.[1];
  return WIDTHS[stated ?? ''] ?? 32;
}
