import { Alphabet } from './alphabet.ts';
import { Beginnings, type Branch } from './beginnings.ts';
import type { Grammar } from './grammar.ts';
import { intersects } from './ranges.ts';
import { StackSets, type Stacks } from './stacks.ts';

/** Where a text stands in the grammar: every way that it can go on. */
export interface State {
  /** Whether the text may end here. */
  readonly isFinal: boolean;
  readonly branches: readonly Branch[];
  /** The state after a character, by its interval of the alphabet; null where the grammar has none. */
  readonly successors: (State | null | undefined)[];
}

/** Frames remembered; when there are more, all are forgotten and found again as they are needed. */
const MAX_KEPT = 50_000;

/**
 * A pushdown automaton made deterministic as far as it is used: its states are sets of stacks, and are built when a text
 * first reaches them. They do not change, so a text goes back by taking up an earlier one.
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

  /** Frames of stacks that are remembered now. */
  get nKept(): number {
    return this.#stackSets.nKept;
  }

  /** The state behind one more character, or null where the grammar has none. */
  next(state: State, codePoint: number): State | null {
    const interval = this.#alphabet.indexOf(codePoint);
    const known = state.successors[interval];
    if (known !== undefined) return known;
    if (this.#stackSets.nKept > MAX_KEPT) this.#forget();
    const successor = this.#successor(state, codePoint);
    state.successors[interval] = successor;
    return successor;
  }

  /** Whether some character from `first` to `last` may come next. */
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

  /** Replaces rules by what they derive until only characters come next, each rule once with all that may follow it. */
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

  /** Lets go of all states but those that texts stand at. */
  #forget(): void {
    for (const { successors } of this.#states.values()) successors.length = 0;
    this.#states.clear();
    this.#stackSets.clear();
  }
}
