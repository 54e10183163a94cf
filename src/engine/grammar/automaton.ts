import type { Grammar, Item, Ranges } from './grammar.ts';
import { intersects } from './ranges.ts';
import { grammarError } from './scanner.ts';

/**
 * What is still to be matched on one way through the grammar, the next item on top; `EMPTY` at the bottom stands for
 * a text that may end. Equal stacks are one object: `above` holds those with one item more.
 */
interface Stack {
  readonly item: Item | null;
  readonly below: Stack | null;
  readonly above: Map<Item, Stack>;
  readonly id: number;
}

/** One way to go on: a character of `ranges`, then `rest`. */
interface Branch {
  readonly ranges: Ranges;
  readonly rest: Stack;
}

/** Where a text stands in the grammar: every way that it can go on. */
export interface State {
  /** Whether the text may end here. */
  readonly isFinal: boolean;
  readonly branches: readonly Branch[];
  /** The state after a character, by which of the branches it matches. */
  readonly successors: Map<string | number, State | null>;
}

/** Stacks looked at for one state. A grammar that needs more is ambiguous beyond use. */
const MAX_STACKS = 10_000;
/** States remembered; when there are more, all are forgotten and found again as they are needed. */
const MAX_STATES = 10_000;
/** Branches that a bit mask can tell apart. */
const MAX_MASK_BITS = 31;
const NO_MATCH = 0;

/**
 * A pushdown automaton made deterministic as far as it is used: its states are sets of stacks, as in llama.cpp, and are
 * built when a text first reaches them.
 */
export class Automaton {
  readonly start: State;
  readonly #grammar: Grammar;
  #states = new Map<string, State>();
  #nStacks = 1;
  #empty: Stack = { item: null, below: null, above: new Map(), id: 0 };

  /** Throws `invalid_request` when the grammar can begin in too many ways. */
  constructor(grammar: Grammar) {
    this.#grammar = grammar;
    const starts = grammar.rules[grammar.root].map(item => this.#push(this.#empty, item));
    const { state, isWhole } = this.#stateOf(starts);
    if (!isWhole) throw grammarError(`it can begin in more than ${MAX_STACKS} ways; make it less ambiguous`);
    this.start = state;
  }

  /** The state behind one more character, or null where the grammar has none. */
  next(state: State, codePoint: number): State | null {
    const key = matchKey(state.branches, codePoint);
    if (key === NO_MATCH) return null;
    const known = state.successors.get(key);
    if (known !== undefined) return known;
    const rests = state.branches.filter(branch => matches(branch, codePoint)).map(({ rest }) => rest);
    const next = this.#stateOf(rests).state;
    const isDead = next.branches.length === 0 && !next.isFinal;
    state.successors.set(key, isDead ? null : next);
    return isDead ? null : next;
  }

  /** Whether some character from `first` to `last` may come next. */
  canMatch(state: State, first: number, last: number): boolean {
    return state.branches.some(({ ranges }) => intersects(ranges, first, last));
  }

  /**
   * Replaces rules on top of stacks by what they derive until a character is on top. Stacks beyond the bound are dropped:
   * that loses texts of a hopelessly ambiguous grammar, and never lets one in that it does not have.
   */
  #stateOf(stacks: readonly Stack[]): { readonly state: State; readonly isWhole: boolean } {
    const seen = new Set(stacks);
    // Last in, first out: one way is followed to its character before the next, so that a bounded number finds some.
    const pending = [...stacks];
    const tops = new Map<number, Branch>();
    let isFinal = false;
    for (let stack = pending.pop(); stack !== undefined; stack = pending.pop()) {
      const { item, below, id } = stack;
      if (item === null || below === null) {
        isFinal = true;
        continue;
      }
      const rest = this.#push(below, item.next);
      if (item.element.kind === 'character') {
        tops.set(id, { ranges: item.element.ranges, rest });
        continue;
      }
      for (const first of this.#grammar.rules[item.element.rule]) {
        const derived = this.#push(rest, first);
        if (seen.has(derived) || seen.size >= MAX_STACKS) continue;
        seen.add(derived);
        pending.push(derived);
      }
    }
    const ids = [...tops.keys()].sort((a, b) => a - b);
    const key = `${isFinal}:${ids.join()}`;
    const state = this.#states.get(key) ?? { isFinal, branches: [...tops.values()], successors: new Map() };
    this.#remember(key, state);
    return { state, isWhole: seen.size < MAX_STACKS };
  }

  #push(below: Stack, item: Item | null): Stack {
    if (item === null) return below;
    const known = below.above.get(item);
    if (known) return known;
    const stack: Stack = { item, below, above: new Map(), id: this.#nStacks++ };
    below.above.set(item, stack);
    return stack;
  }

  #remember(key: string, state: State): void {
    if (this.#states.size >= MAX_STATES) this.#states = new Map();
    this.#states.set(key, state);
  }
}

function matches({ ranges }: Branch, codePoint: number): boolean {
  return intersects(ranges, codePoint, codePoint);
}

/** Says which branches a character matches: a bit mask of few, a list of many. */
function matchKey(branches: readonly Branch[], codePoint: number): string | number {
  if (branches.length > MAX_MASK_BITS) {
    return branches.flatMap((branch, i) => (matches(branch, codePoint) ? i : [])).join() || NO_MATCH;
  }
  let mask = NO_MATCH;
  for (let i = 0; i < branches.length; i++) if (matches(branches[i], codePoint)) mask |= 1 << i;
  return mask;
}
