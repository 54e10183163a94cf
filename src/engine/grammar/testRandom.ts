// Random grammars and texts for tests, reproducible by seed.
import type { Node, Rules } from './testReference.ts';

/** Characters of one, two and four bytes in UTF-8. */
export const ALPHABET = ['a', 'b', 'é', '😀'] as const;

const LARGEST_BOUND = 5;

/** Pseudorandom numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Integer from 0 to `n` - 1. */
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) % n) | 0;
  }

  among<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

/**
 * Random grammar of up to four rules. A rule refers to later rules freely, and to any rule only after a character and beside
 * another alternative. So no rule is left-recursive, and each derives some text.
 */
export function randomRules(random: Random): Rules {
  const nRules = 1 + random.below(4);
  return Array.from({ length: nRules }, (_, rule) => {
    const later = Array.from({ length: nRules - rule - 1 }, (_, i) => rule + 1 + i);
    const plain = randomNode(random, 3, later);
    if (random.below(2) === 0) return plain;
    const any = Array.from({ length: nRules }, (_, i) => i);
    const again: Node = { kind: 'sequence', parts: [randomCharacter(random), randomNode(random, 2, any)] };
    return { kind: 'choice', parts: random.below(2) === 0 ? [plain, again] : [again, plain] };
  });
}

function randomNode(random: Random, depth: number, rules: readonly number[]): Node {
  const part = () => randomNode(random, depth - 1, rules);
  if (depth === 0 || random.below(5) === 0) {
    if (rules.length > 0 && random.below(2) === 0) return { kind: 'rule', rule: random.among(rules) };
    return randomCharacter(random, 0);
  }
  const parts = Array.from({ length: 2 + random.below(2) }, part);
  switch (random.below(4)) {
    case 0:
      return { kind: 'sequence', parts };
    case 1:
      return { kind: 'choice', parts };
    default:
      return { kind: 'times', body: part(), ...randomTimes(random) };
  }
}

function randomTimes(random: Random): { min: number; max: number } {
  const min = random.below(LARGEST_BOUND);
  const max = Math.max(1, min + random.below(LARGEST_BOUND));
  const unbounded = Number.POSITIVE_INFINITY;
  return random.among([
    { min: 0, max: 1 },
    { min: 0, max: unbounded },
    { min: 1, max: unbounded },
    { min, max: unbounded },
    { min, max },
    { min, max },
  ]);
}

/** Character class, or literal of `least` to two characters. */
function randomCharacter(random: Random, least = 1): Node {
  const chars = (n: number) => Array.from({ length: n }, () => random.among(ALPHABET));
  if (random.below(2) === 0) return { kind: 'literal', chars: chars(least + random.below(3 - least)) };
  return { kind: 'class', chars: chars(1 + random.below(2)), isNegated: random.below(3) === 0 };
}

/** Random text that `node` derives; null if it exceeds `longest` characters. */
export function randomText(random: Random, rules: Rules, longest: number): string | null {
  let nLeft = longest;
  const textOf = (node: Node): string => {
    if (nLeft < 0) return '';
    switch (node.kind) {
      case 'literal':
        nLeft -= node.chars.length;
        return node.chars.join('');
      case 'class':
        nLeft--;
        return random.among(ALPHABET.filter(char => node.chars.includes(char) !== node.isNegated));
      case 'sequence':
        return node.parts.map(textOf).join('');
      case 'choice':
        return textOf(random.among(node.parts));
      case 'times': {
        const most = Math.min(node.max, node.min + LARGEST_BOUND);
        return Array.from({ length: node.min + random.below(most - node.min + 1) }, () =>
          textOf(node.body),
        ).join('');
      }
      case 'rule':
        // Charges rules too, so that a chain of empty rules ends.
        nLeft -= 0.1;
        return textOf(rules[node.rule]);
    }
  };
  const text = textOf({ kind: 'rule', rule: 0 });
  return nLeft < 0 ? null : text;
}
