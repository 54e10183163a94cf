import { MAX_CODE_POINT, type Ranges } from '../../../engine/grammar/grammar.ts';
import { intersects } from '../../../engine/grammar/ranges.ts';
import { assertNever } from '../../../util/assert.ts';
import { type Arc, explore, type Machine } from './machine.ts';
import type { Count } from './notation.ts';
import { ANY_CHAR, type Regex } from './regex.ts';
import { UnsaidRegex } from './regexReader.ts';

/** States of one expression, its repetitions written out. */
const MAX_STATES = 10_000;
/** States of all expressions and the length together. */
const MAX_PRODUCT = 5_000;
/** States of single expressions looked at for them. */
const MAX_WORK = 300_000;

/** Where an expression can go on: behind a character, or at once, some only at the start or the end of the text. */
interface State {
  readonly arcs: Arc<Ranges, number>[];
  readonly next: { readonly to: number; readonly only: 'start' | 'end' | null }[];
}

/** What one expression has matched so far: the states that it can be in. */
type StateSet = readonly number[];

/** Follows a search for an expression through a text, in all ways at once. */
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

  /** What can be reached without a character; only states from which something follows are kept. */
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

  /** A new state behind `from`, into which nothing else leads. */
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

/** An expression that a text has to match, or must not. */
export interface TextPart {
  readonly automaton: TextAutomaton;
  readonly isNegated: boolean;
}

/** The texts of a length for which every part holds; null when that takes too much. */
export function intersection(parts: readonly TextPart[], { min, max }: Count): Machine<Ranges> | null {
  /** Characters beyond this number make no difference. */
  const cap = max === Number.POSITIVE_INFINITY ? Math.max(min, 1) : max;
  interface Product {
    readonly reached: Reached;
    readonly length: number;
  }
  const reach = new Reach(parts);
  return explore<Ranges, Product>(
    { reached: reach.start, length: 0 },
    {
      keyOf: ({ reached, length }) => `${length}:${reached.id}`,
      isFinal: ({ reached: { sets }, length }) =>
        length >= min &&
        parts.every(({ automaton, isNegated }, i) => automaton.isFinal(sets[i], length === 0) !== isNegated),
      arcsOf: ({ reached, length }) => {
        if (length >= max) return [];
        const arcs = reach.arcsOf(reached);
        return (
          arcs?.map(({ label, to }) => ({
            label,
            to: { reached: to, length: Math.min(length + 1, cap) },
          })) ?? null
        );
      },
    },
    MAX_PRODUCT,
  );
}

/** What every part has matched of a text. */
interface Reached {
  readonly id: number;
  readonly sets: readonly StateSet[];
}

/** Finds what parts reach together, each once. */
class Reach {
  readonly start: Reached;
  readonly #parts: readonly TextPart[];
  readonly #byKey = new Map<string, Reached>();
  readonly #arcs = new Map<Reached, readonly Arc<Ranges, Reached>[]>();
  #nLooked = 0;

  constructor(parts: readonly TextPart[]) {
    this.#parts = parts;
    this.start = this.#reached(parts.map(({ automaton }) => automaton.start));
  }

  /** Where characters lead; null when too much has been looked at. */
  arcsOf(from: Reached): readonly Arc<Ranges, Reached>[] | null {
    const known = this.#arcs.get(from);
    if (known !== undefined) return known;
    this.#nLooked += from.sets.reduce((sum, set) => sum + set.length, 0);
    if (this.#nLooked > MAX_WORK) return null;
    const arcs = this.#split(from);
    this.#arcs.set(from, arcs);
    return arcs;
  }

  #reached(sets: readonly StateSet[]): Reached {
    const key = sets.map(set => set.join()).join('/');
    const reached = this.#byKey.get(key) ?? { id: this.#byKey.size, sets };
    this.#byKey.set(key, reached);
    return reached;
  }

  /** Splits the characters by where they lead. */
  #split({ sets }: Reached): Arc<Ranges, Reached>[] {
    const cuts = new Set(ANY_CHAR.map((end, i) => (i % 2 === 0 ? end : end + 1)));
    for (const [i, { automaton }] of this.#parts.entries()) {
      for (const { label } of automaton.arcs(sets[i])) {
        for (let j = 0; j < label.length; j += 2) cuts.add(label[j]).add(label[j + 1] + 1);
      }
    }
    const firsts = [...cuts].sort((a, b) => a - b);
    const labels = new Map<Reached, number[]>();
    for (const [i, first] of firsts.entries()) {
      if (first > MAX_CODE_POINT || !intersects(ANY_CHAR, first, first)) continue;
      const to = this.#reached(this.#parts.map(({ automaton }, j) => automaton.after(sets[j], first)));
      const label = labels.get(to) ?? [];
      const last = (firsts[i + 1] ?? MAX_CODE_POINT + 1) - 1;
      if (label.length > 0 && label[label.length - 1] === first - 1) label[label.length - 1] = last;
      else label.push(first, last);
      labels.set(to, label);
    }
    return [...labels].map(([to, label]) => ({ label, to }));
  }
}
