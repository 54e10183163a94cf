import { assert } from '../../../src/util/assert.ts';
import type { Instruction } from './instruction.ts';

/** Finds the loops of a kernel: for each the indices of its instructions. */
export function findLoops(list: readonly Instruction[]): ReadonlySet<number>[] {
  return list.some(({ block }) => block) ? loopsOfBlocks(list) : loopsOfJumps(list);
}

/** Loops of compilers that leave a loop in one piece: from the label that a jump back goes to, up to the last such jump. */
function loopsOfJumps(list: readonly Instruction[]): Set<number>[] {
  const labels = new Map<string, number>();
  list.forEach(({ label }, i) => {
    if (label !== undefined) labels.set(label, i);
  });
  const ends = new Map<number, number>();
  list.forEach(({ to }, i) => {
    const start = to === undefined ? undefined : labels.get(to);
    if (start !== undefined && start <= i) ends.set(start, i);
  });
  return [...ends].map(
    ([start, end]) => new Set(Array.from({ length: end - start + 1 }, (_, i) => start + i)),
  );
}

interface Block {
  readonly index: number;
  readonly before: readonly number[];
  readonly lines: number[];
}

/** Natural loops of a compiler that states which blocks come before a block. */
function loopsOfBlocks(list: readonly Instruction[]): Set<number>[] {
  const blocks: Block[] = [];
  list.forEach(({ block }, i) => {
    if (block) blocks.push({ ...block, lines: [] });
    blocks.at(-1)?.lines.push(i);
  });
  const byIndex = new Map(blocks.map(block => [block.index, block]));
  const blockAt = (index: number): Block => {
    const block = byIndex.get(index);
    assert(block !== undefined, () => `there is no block ${index}`);
    return block;
  };
  const dominators = dominatorsOf(blocks);
  const loops = new Map<number, Set<number>>();
  for (const { index: head, before } of blocks) {
    for (const tail of before.filter(b => dominators.get(b)?.has(head))) {
      const body = loops.get(head) ?? new Set([head]);
      const left = [tail];
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        if (body.has(next)) continue;
        body.add(next);
        left.push(...blockAt(next).before);
      }
      loops.set(head, body);
    }
  }
  return [...loops.values()].map(body => new Set([...body].flatMap(b => blockAt(b).lines)));
}

/** For each block those that every way to it passes, itself included. */
function dominatorsOf(blocks: readonly Block[]): ReadonlyMap<number, ReadonlySet<number>> {
  const all = new Set(blocks.map(({ index }) => index));
  const dominators = new Map(
    blocks.map(({ index }, i) => [index, i === 0 ? new Set([index]) : new Set(all)]),
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (const { index, before } of blocks.slice(1)) {
      const [first = new Set<number>(), ...others] = before.map(b => dominators.get(b) ?? new Set<number>());
      const now = new Set([...first].filter(d => others.every(set => set.has(d)))).add(index);
      changed ||= now.size !== dominators.get(index)?.size;
      dominators.set(index, now);
    }
  }
  return dominators;
}
