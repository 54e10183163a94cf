import { Alphabet } from './alphabet.ts';
import { Beginnings, type Branch } from './beginnings.ts';
import type { Grammar } from './grammar.ts';
import { intersects } from './ranges.ts';
import { StackSets, type Stacks } from './stacks.ts';

/** State of the automaton: all continuations of a text. */
export interface State {
  /** True if the text may end here. */
  readonly isFinal: boolean;
  readonly branches: readonly Branch[];
  /** Next state per interval of the alphabet: null for a rejected character, undefined before the first use. */
  readonly successors: (State | null | undefined)[];
}

/** Limit of cached frames; beyond it the cache is cleared and refilled on demand. */
const MAX_KEPT = 50_000;

/**
 * Pushdown automaton, determinised lazily: a state is a set of stacks and is built when a text first reaches it. States are
 * immutable, so a caller can backtrack to an earlier one.
 */
export class Automaton {
  readonly start: State;
  readonly #grammar: Grammar;
  readonly #alphabet: Alphabet;
  readonly #stackSets = new StackSets();
  readonly #states = new Map<Stacks, State>();

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
    this.#alphabet = new Alphabet(grammar);
    this.start = this.#stateOf(this.#stackSets.push(grammar.root, this.#stackSets.end));
  }

  /** Number of cached frames. */
  get nKept(): number {
    return this.#stackSets.nKept;
  }

  /** Next state after one character; null if the grammar rejects it. */
  next(state: State, codePoint: number): State | null {
    const interval = this.#alphabet.indexOf(codePoint);
    const known = state.successors[interval];
    if (known !== undefined) return known;
    if (this.#stackSets.nKept > MAX_KEPT) this.#forget();
    const successor = this.#successor(state, codePoint);
    state.successors[interval] = successor;
    return successor;
  }

  /** True if the grammar accepts some character from `first` to `last` next. */
  canMatch({ branches }: State, first: number, last: number): boolean {
    for (const { ranges } of branches) if (intersects(ranges, first, last)) return true;
    return false;
  }

  #successor({ branches }: State, codePoint: number): State | null {
    const rests = branches
      .filter(({ ranges }) => intersects(ranges, codePoint, codePoint))
      .map(({ rest }) => rest);
    if (rests.length === 0) return null;
    const next = this.#stateOf(this.#stackSets.union(rests));
    return next.isFinal || next.branches.length > 0 ? next : null;
  }

  /** Expands rules until only characters come next. Each rule is expanded once, with all its continuations. */
  #stateOf(stacks: Stacks): State {
    const known = this.#states.get(stacks);
    if (known) return known;
    const beginnings = new Beginnings(this.#stackSets);
    const isFinal = beginnings.addStacks(stacks);
    for (let begun = beginnings.takeRule(); begun !== null; begun = beginnings.takeRule()) {
      const { rule, below } = begun;
      for (const item of this.#grammar.rules[rule]) {
        beginnings.addFrame({ item, first: item.min, last: item.max, below });
      }
    }
    const state: State = { isFinal, branches: beginnings.branches, successors: [] };
    this.#states.set(stacks, state);
    return state;
  }

  /** Clears the cache of states; texts keep the states they hold. */
  #forget(): void {
    for (const { successors } of this.#states.values()) successors.length = 0;
    this.#states.clear();
    this.#stackSets.clear();
  }
}
