import type { Ranges } from './grammar.ts';
import type { Frame, StackSets, Stacks } from './stacks.ts';

/** One way to go on: a character of `ranges`, then `rest`. */
export interface Branch {
  readonly ranges: Ranges;
  readonly rest: Stacks;
}

/** A rule that may come next, and what follows it. */
interface Begun {
  readonly rule: number;
  readonly below: Stacks;
}

/** Collects the characters and rules with which a set of stacks can go on. */
export class Beginnings {
  readonly #stackSets: StackSets;
  /** By the ranges of one place in the grammar. */
  readonly #characters = new Map<Ranges, Stacks[]>();
  readonly #rules = new Map<number, Stacks[]>();
  /** Rules that were not taken, the least index last. */
  readonly #waiting: number[] = [];

  constructor(stackSets: StackSets) {
    this.#stackSets = stackSets;
  }

  get branches(): readonly Branch[] {
    return [...this.#characters].map(([ranges, rests]) => ({ ranges, rest: this.#stackSets.union(rests) }));
  }

  /** Adds what `stacks` begin with, and those below where all above may be left out. Whether nothing at all need come. */
  addStacks(stacks: Stacks): boolean {
    const reached = new Set([stacks]);
    // Goes on to sets that are added on the way.
    for (const { frames } of reached) {
      for (const frame of frames) if (this.addFrame(frame)) reached.add(frame.below);
    }
    return [...reached].some(({ isEnd }) => isEnd);
  }

  /** Adds the item of a frame, and those behind it where it may be left out. Whether all of them may. */
  addFrame(frame: Frame): boolean {
    const { below } = frame;
    this.#add(frame);
    if (frame.first > 0) return false;
    for (let item = frame.item.next; item !== null; item = item.next) {
      this.#add({ item, first: item.min, last: item.max, below });
      if (item.min > 0) return false;
    }
    return true;
  }

  /** The rule of the least index among those not taken, with all that may follow it, or null. */
  takeRule(): Begun | null {
    const rule = this.#waiting.pop();
    if (rule === undefined) return null;
    return { rule, below: this.#stackSets.union(this.#rules.get(rule) ?? []) };
  }

  #add(frame: Frame): void {
    const rest = this.#stackSets.behind(frame);
    const { element } = frame.item;
    if (element.kind === 'character') {
      append(this.#characters, element.ranges, rest);
      return;
    }
    if (!this.#rules.has(element.rule)) insertDescending(this.#waiting, element.rule);
    append(this.#rules, element.rule, rest);
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function insertDescending(list: number[], value: number): void {
  let at = list.length;
  while (at > 0 && list[at - 1] < value) at--;
  list.splice(at, 0, value);
}
