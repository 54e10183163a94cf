import { MAX_CODE_POINT, type Ranges } from '../../../engine/grammar/grammar.ts';
import { intersects } from '../../../engine/grammar/ranges.ts';
import { type Arc, explore, type Machine } from './machine.ts';
import type { Count } from './notation.ts';
import { ANY_CHAR } from './regex.ts';
import type { StateSet, TextAutomaton } from './textAutomaton.ts';

/** States of all expressions and the length together. */
const MAX_PRODUCT = 5_000;
/** States of single expressions looked at for them. */
const MAX_WORK = 300_000;

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
