import { MAX_CODE_POINT, type Ranges } from '../../../engine/grammar/grammar.ts';
import { intersects } from '../../../engine/grammar/ranges.ts';
import { type Arc, explore, type Machine } from './machine.ts';
import type { Count } from './notation.ts';
import { ANY_CHAR } from './regex.ts';
import type { StateSet, TextAutomaton } from './textAutomaton.ts';

/** Limit of states of the product of all expressions and the length. */
const MAX_PRODUCT = 5_000;
/** Limit of states of single expressions that are visited for the product. */
const MAX_WORK = 300_000;

/** Expression that a text must match, or must not match if negated. */
export interface TextPart {
  readonly automaton: TextAutomaton;
  readonly isNegated: boolean;
}

/** Automaton of the texts whose length is in the range and for which every part holds; null if it is too large. */
export function intersection(parts: readonly TextPart[], { min, max }: Count): Machine<Ranges> | null {
  /** Larger lengths are counted as this one. */
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

/** State of every part after a text. */
interface Reached {
  readonly id: number;
  readonly sets: readonly StateSet[];
}

/** Computes combined states of all parts, each once. */
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

  /** Arcs out of a combined state; null if too many states have been visited. */
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

  /** Partitions the characters by the combined state that they lead to. */
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
