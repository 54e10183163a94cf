import type { Item } from './grammar.ts';

/** Stack frame: `item` may repeat another `first` to `last` times, then come the next items of its alternative, then `below`. */
export interface Frame {
  readonly item: Item;
  readonly first: number;
  /** At least 1. */
  readonly last: number;
  readonly below: Stacks;
}

/** Set of stacks, by their top frames. Each stack is one continuation of the text. Equal sets are the same object. */
export interface Stacks {
  readonly id: number;
  /** True if the set contains the empty stack: the text may end. */
  readonly isEnd: boolean;
  readonly frames: readonly Frame[];
}

/** Limit of merges per union, and of their depth; beyond it mergeable frames stay separate. */
const MAX_MERGES = 2000;
const MAX_MERGE_DEPTH = 200;
/** Limit of top frames per set. A grammar that needs more is too ambiguous and loses some of its texts. */
const MAX_FRAMES = 10_000;

/**
 * Creates and unites sets of stacks. Frames of one item are merged: their repetition intervals become disjoint, and the stacks
 * below are united in turn. A set therefore grows with the number of different continuations, not of derivations, and an
 * undecided counter is an interval.
 */
export class StackSets {
  readonly end: Stacks = { id: 0, isEnd: true, frames: [] };
  #nMade = 1;
  #nKept = 0;
  #nMerges = 0;
  #known = new Map<string, Stacks>();
  #unions = new Map<string, Stacks>();

  /** Number of frames in the cache of equal sets. */
  get nKept(): number {
    return this.#nKept;
  }

  /** Clears the cache. Sets in use stay valid and are rebuilt on demand. */
  clear(): void {
    this.#known = new Map();
    this.#unions = new Map();
    this.#nKept = 0;
  }

  /** Pushes `item` with its bounds onto `below`; for null returns `below`. */
  push(item: Item | null, below: Stacks): Stacks {
    if (item === null) return below;
    return this.#made(false, [{ item, first: item.min, last: item.max, below }]);
  }

  /** Rest of a frame after one occurrence of its item. */
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

  /** Merges frames of one item into frames with disjoint intervals, in ascending order. */
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
