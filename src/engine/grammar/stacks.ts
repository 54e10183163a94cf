import type { Item } from './grammar.ts';

/** An item that may still come `first` to `last` times, then those behind it in its alternative, then what `below` says. */
export interface Frame {
  readonly item: Item;
  readonly first: number;
  /** At least 1. */
  readonly last: number;
  readonly below: Stacks;
}

/** A set of stacks, each a way in which a text may go on, by their top frames. Equal sets are one object. */
export interface Stacks {
  readonly id: number;
  /** Whether the empty stack is among them: the text may end. */
  readonly isEnd: boolean;
  readonly frames: readonly Frame[];
}

/** Frames that may be merged for one union, and to which depth; then it keeps frames beside each other that could be one. */
const MAX_MERGES = 2000;
const MAX_MERGE_DEPTH = 200;
/** Top frames of one set. A grammar that needs more is ambiguous beyond use, and loses some of its texts. */
const MAX_FRAMES = 10_000;

/**
 * Makes sets of stacks and unites them. Frames of one item are merged: no number of times is in two of them, and the
 * stacks below are united in turn. So a set grows with the different ways to go on, not with the ways that led there,
 * and counters that a text left undecided are intervals.
 */
export class StackSets {
  readonly end: Stacks = { id: 0, isEnd: true, frames: [] };
  #nMade = 1;
  #nKept = 0;
  #nMerges = 0;
  #known = new Map<string, Stacks>();
  #unions = new Map<string, Stacks>();

  /** Frames that are kept to find equal sets again. */
  get nKept(): number {
    return this.#nKept;
  }

  /** Forgets all sets: those in use go on to be right, and are made again when they come up. */
  clear(): void {
    this.#known = new Map();
    this.#unions = new Map();
    this.#nKept = 0;
  }

  /** `item` as often as it says, on top of `below`; no item is `below` alone. */
  push(item: Item | null, below: Stacks): Stacks {
    if (item === null) return below;
    return this.#made(false, [{ item, first: item.min, last: item.max, below }]);
  }

  /** What remains when the item of a frame has come once. */
  behind({ item, first, last, below }: Frame): Stacks {
    if (last === 1) return this.push(item.next, below);
    return this.#made(false, [{ item, first: Math.max(0, first - 1), last: last - 1, below }]);
  }

  union(sets: readonly Stacks[]): Stacks {
    this.#nMerges = 0;
    return this.#union(sets, 0);
  }

  #union(sets: readonly Stacks[], depth: number): Stacks {
    const distinct = [...new Set(sets)].sort((a, b) => a.id - b.id);
    if (distinct.length === 1) return distinct[0];
    const key = distinct.map(({ id }) => id).join();
    const known = this.#unions.get(key);
    if (known) return known;
    const byItem = new Map<number, Frame[]>();
    for (const frame of distinct.flatMap(({ frames }) => frames)) {
      const sameItem = byItem.get(frame.item.id);
      if (sameItem) sameItem.push(frame);
      else byItem.set(frame.item.id, [frame]);
    }
    const ascending = [...byItem].sort(([a], [b]) => a - b);
    const frames = ascending.flatMap(([, sameItem]) => this.#merged(sameItem, depth));
    const union = this.#made(
      distinct.some(({ isEnd }) => isEnd),
      frames,
    );
    this.#unions.set(key, union);
    return union;
  }

  /** Frames of one item as frames whose intervals are apart, in ascending order. */
  #merged(frames: readonly Frame[], depth: number): readonly Frame[] {
    if (frames.length === 1 || depth >= MAX_MERGE_DEPTH || this.#nMerges >= MAX_MERGES) return frames;
    this.#nMerges++;
    const ascending = frames.toSorted((a, b) => a.first - b.first);
    const cuts = [...new Set(frames.flatMap(({ first, last }) => [first, last + 1]))].sort((a, b) => a - b);
    const merged: Frame[] = [];
    let nBegun = 0;
    let active: Frame[] = [];
    for (const [i, first] of cuts.slice(0, -1).entries()) {
      while (ascending[nBegun]?.first === first) active.push(ascending[nBegun++]);
      active = active.filter(frame => frame.last >= first);
      if (active.length === 0) continue;
      const last = cuts[i + 1] - 1;
      const below = this.#union(
        active.map(frame => frame.below),
        depth + 1,
      );
      const before = merged.at(-1);
      const goesOn = before?.below === below && before.last + 1 === first;
      if (goesOn) merged.pop();
      merged.push({ item: frames[0].item, first: goesOn ? before.first : first, last, below });
    }
    return merged;
  }

  #made(isEnd: boolean, frames: readonly Frame[]): Stacks {
    const byKey = new Map<string, Frame>();
    for (const frame of frames.slice(0, MAX_FRAMES)) {
      byKey.set(`${frame.item.id} ${frame.first} ${frame.last} ${frame.below.id}`, frame);
    }
    const key = `${isEnd}:${[...byKey.keys()].join()}`;
    const known = this.#known.get(key);
    if (known) return known;
    const stacks = { id: this.#nMade++, isEnd, frames: [...byKey.values()] };
    this.#known.set(key, stacks);
    this.#nKept += 1 + stacks.frames.length;
    return stacks;
  }
}
