import type { Ranges } from './grammar.ts';
import type { Frame, StackSets, Stacks } from './stacks.ts';

/** One continuation: a character of `ranges`, then `rest`. */
export interface Branch {
  readonly ranges: Ranges;
  readonly rest: Stacks;
}

/** Rule that may come next, with its continuation. */
interface Begun {
  readonly rule: number;
  readonly below: Stacks;
}

/** Collects the characters and rules that may come next for a set of stacks. */
export class Beginnings {
  readonly #stackSets: StackSets;
  /** Continuations by character class. */
  readonly #characters = new Map<Ranges, Stacks[]>();
  readonly #rules = new Map<number, Stacks[]>();
  /** Rules not yet taken, in descending order of index. */
  readonly #waiting: number[] = [];

  constructor(stackSets: StackSets) {
    this.#stackSets = stackSets;
  }

  get branches(): readonly Branch[] {
    return [...this.#characters].map(([ranges, rests]) => ({ ranges, rest: this.#stackSets.union(rests) }));
  }

  /**
   * Adds the first items of `stacks`, and of the stacks below wherever the items above are optional. Returns true if all are
   * optional.
   */
  addStacks(stacks: Stacks): boolean {
    const reached = new Set([stacks]);
    // The loop also visits sets that are added during it.
    for (const { frames } of reached) {
      for (const frame of frames) if (this.addFrame(frame)) reached.add(frame.below);
    }
    return [...reached].some(({ isEnd }) => isEnd);
  }

  /** Adds the item of a frame, and the items behind it while each is optional. Returns true if all are optional. */
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

  /** Takes the rule with the smallest index, with all its continuations; null if no rule is left. */
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
