import type { Ranges } from '../../../engine/grammar/grammar.ts';
import { intersects } from '../../../engine/grammar/ranges.ts';
import { assertNever } from '../../../util/assert.ts';
import type { Arc } from './machine.ts';
import type { Count } from './notation.ts';
import { ANY_CHAR, type Regex } from './regex.ts';
import { UnsaidRegex } from './regexReader.ts';

/** Limit of states of one expression with its repetitions unrolled. */
const MAX_STATES = 10_000;

/**
 * State: `arcs` consume a character, `next` moves are free. Some of those are possible only at the start or the end of the text.
 */
interface State {
  readonly arcs: Arc<Ranges, number>[];
  readonly next: { readonly to: number; readonly only: 'start' | 'end' | null }[];
}

/** States that an expression can be in after the text so far. */
export type StateSet = readonly number[];

/** Nondeterministic automaton that searches a text for an expression. */
export class TextAutomaton {
  readonly #states: State[] = [];
  readonly #start: number;
  readonly #end: number;

  /** Throws `UnsaidRegex` for an expression with too many repetitions. */
  constructor(regex: Regex) {
    this.#start = this.#add();
    this.#end = this.#build(regex, this.#start);
    for (const state of [this.#start, this.#end]) {
      this.#states[state].arcs.push({ label: ANY_CHAR, to: state });
    }
  }

  get start(): StateSet {
    return this.#closure([this.#start], true, false);
  }

  isFinal(states: StateSet, isAtStart: boolean): boolean {
    return this.#closure(states, isAtStart, true).includes(this.#end);
  }

  arcs(states: StateSet): Arc<Ranges, number>[] {
    return states.flatMap(state => this.#states[state].arcs);
  }

  after(states: StateSet, codePoint: number): StateSet {
    const targets = this.arcs(states).flatMap(({ label, to }) =>
      intersects(label, codePoint, codePoint) ? to : [],
    );
    return this.#closure(targets, false, false);
  }

  matches(text: string): boolean {
    let states = this.start;
    for (const char of text) states = this.after(states, char.codePointAt(0) ?? 0);
    return this.isFinal(states, text === '');
  }

  /** States that are reachable without a character, without dead ends. */
  #closure(states: StateSet, isAtStart: boolean, isAtEnd: boolean): StateSet {
    const seen = new Set(states);
    for (const state of seen) {
      for (const { to, only } of this.#states[state].next) {
        if (only === null || (only === 'start' ? isAtStart : isAtEnd)) seen.add(to);
      }
    }
    const kept = [...seen].filter(state => {
      const { arcs, next } = this.#states[state];
      return state === this.#end || arcs.length > 0 || next.some(({ only }) => only !== null);
    });
    return kept.sort((a, b) => a - b);
  }

  #add(): number {
    if (this.#states.length >= MAX_STATES) throw new UnsaidRegex('has too many repetitions');
    return this.#states.push({ arcs: [], next: [] }) - 1;
  }

  #skip(from: number, to: number, only: 'start' | 'end' | null = null): void {
    this.#states[from].next.push({ to, only });
  }

  /** Adds the states of `regex` behind `from` and returns the last. */
  #build(regex: Regex, from: number): number {
    switch (regex.kind) {
      case 'chars': {
        const to = this.#add();
        this.#states[from].arcs.push({ label: regex.ranges, to });
        return to;
      }
      case 'start':
      case 'end': {
        const to = this.#add();
        this.#skip(from, to, regex.kind);
        return to;
      }
      case 'sequence':
        return regex.parts.reduce((at, part) => this.#build(part, at), this.#fork(from));
      case 'choice': {
        const to = this.#add();
        for (const part of regex.parts) this.#skip(this.#build(part, this.#fork(from)), to);
        return to;
      }
      case 'repeat':
        return this.#repeat(regex.part, regex.count, from);
      default:
        return assertNever(regex);
    }
  }

  /** Adds a state behind `from` that no other state leads to. */
  #fork(from: number): number {
    const to = this.#add();
    this.#skip(from, to);
    return to;
  }

  #repeat(part: Regex, { min, max }: Count, from: number): number {
    let at = this.#fork(from);
    for (let i = 0; i < min; i++) at = this.#fork(this.#build(part, at));
    if (max === Number.POSITIVE_INFINITY) {
      this.#skip(this.#build(part, at), at);
      return this.#fork(at);
    }
    const to = this.#add();
    for (let i = min; i < max; i++) {
      this.#skip(at, to);
      at = this.#fork(this.#build(part, at));
    }
    this.#skip(at, to);
    return to;
  }
}
