import type { Vendor } from '../gpus.ts';
import { readAmd } from './amd.ts';
import { readApple } from './apple.ts';
import { bytesOf, type Counts, countInstructions } from './counts.ts';
import type { Reader } from './instruction.ts';
import { readIntel } from './intel.ts';
import { findLoops } from './loops.ts';
import { readNvidia } from './nvidia.ts';
import { readQualcomm } from './qualcomm.ts';

const READERS: Readonly<Record<Vendor, Reader>> = {
  amd: readAmd,
  intel: readIntel,
  nvidia: readNvidia,
  qualcomm: readQualcomm,
  apple: readApple,
};

export interface Loop extends Counts {
  /** Whether it contains no other loop. */
  readonly isInnermost: boolean;
  /** Index of the smallest loop around it; null if there is none. */
  readonly parent: number | null;
}

/** Counts of a whole kernel and of each of its loops. */
export interface Analysis {
  readonly all: Counts;
  readonly loops: readonly Loop[];
  /** Innermost loop with most multiply-adds, then with most bytes loaded; null if there is no loop. */
  readonly hot: Loop | null;
}

export function analyse(vendor: Vendor, assembly: string): Analysis {
  const list = READERS[vendor](assembly);
  const bodies = findLoops(list);
  const contains = (outer: ReadonlySet<number>, inner: ReadonlySet<number>) =>
    outer !== inner && [...inner].every(i => outer.has(i));
  const loops = bodies.map((body): Loop => {
    const around = bodies.filter(other => contains(other, body)).sort((a, b) => a.size - b.size);
    return {
      ...countInstructions([...body].map(i => list[i])),
      isInnermost: !bodies.some(other => contains(body, other)),
      parent: around.length > 0 ? bodies.indexOf(around[0]) : null,
    };
  });
  const [hot = null] = loops
    .filter(({ isInnermost }) => isInnermost)
    .sort((a, b) => b.fma - a.fma || bytesOf(b.loads) - bytesOf(a.loads) || b.instructions - a.instructions);
  return { all: countInstructions(list), loops, hot };
}
