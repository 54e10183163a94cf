import type { Count } from './notation.ts';
import { EMPTY, lengthOf, NOTHING, type Regex, sequence } from './regex.ts';

/** Maximum number of lengths by which a part is split. */
const MAX_LENGTHS = 40;

/**
 * Restricts an expression without anchors to texts whose length is in `count`; null if that is not simple. It is simple if every
 * part has few lengths, except for one part that repeats a character.
 */
export function ofLength(regex: Regex, count: Count): Regex | null {
  const own = lengthOf(regex);
  if (own.min >= count.min && own.max <= count.max) return regex;
  if (regex.kind === 'choice') {
    const parts = regex.parts.map(part => ofLength(part, count));
    return parts.every(part => part !== null) ? oneOf(parts) : null;
  }
  const parts = regex.kind === 'sequence' ? regex.parts : [regex];
  const at = parts.findIndex(part => byLength(part) === null);
  const loop = at < 0 ? null : parts[at];
  if (loop !== null && (loop.kind !== 'repeat' || loop.part.kind !== 'chars')) return null;
  const before = byLength(sequence(at < 0 ? parts : parts.slice(0, at)));
  const after = at < 0 ? new Map([[0, EMPTY]]) : byLength(sequence(parts.slice(at + 1)));
  if (before === null || after === null) return null;
  const ways = [...before].flatMap(([nBefore, first]) =>
    [...after].flatMap(([nAfter, last]) => {
      const n = nBefore + nAfter;
      if (loop === null) return n >= count.min && n <= count.max ? first : [];
      const min = Math.max(loop.count.min, count.min - n);
      const max = Math.min(loop.count.max, count.max - n);
      return min > max ? [] : sequence([first, { ...loop, count: { min, max } }, last]);
    }),
  );
  return ways.length > MAX_LENGTHS ? null : oneOf(ways);
}

/** Splits the texts of an expression by length; null if there are too many lengths. */
function byLength(regex: Regex): Map<number, Regex> | null {
  const { min, max } = lengthOf(regex);
  if (max - min >= MAX_LENGTHS) return null;
  if (min === max) return new Map([[min, regex]]);
  switch (regex.kind) {
    case 'sequence':
      return regex.parts.reduce<Map<number, Regex> | null>(
        (lengths, part) => combined(lengths, byLength(part)),
        new Map([[0, EMPTY]]),
      );
    case 'choice': {
      const parts = regex.parts.map(byLength);
      return parts.every(part => part !== null) ? merged(parts.flatMap(part => [...part])) : null;
    }
    case 'repeat': {
      const part = byLength(regex.part);
      let times: Map<number, Regex> | null = new Map([[0, EMPTY]]);
      const all: [number, Regex][] = [];
      for (let n = 0; n <= regex.count.max && times !== null; n++) {
        if (n >= regex.count.min) all.push(...times);
        times = combined(times, part);
      }
      return all.length > MAX_LENGTHS ** 2 ? null : merged(all);
    }
    case 'chars':
    case 'start':
    case 'end':
      return new Map([[min, regex]]);
  }
}

/** Texts of one followed by texts of the other. */
function combined(a: Map<number, Regex> | null, b: Map<number, Regex> | null): Map<number, Regex> | null {
  if (a === null || b === null) return null;
  const pairs = [...a].flatMap(([n, first]) =>
    [...b].map(([m, second]): [number, Regex] => [n + m, sequence([first, second])]),
  );
  return merged(pairs);
}

function merged(lengths: readonly (readonly [number, Regex])[]): Map<number, Regex> {
  const all = new Map<number, Regex[]>();
  for (const [length, regex] of lengths) all.set(length, [...(all.get(length) ?? []), regex]);
  return new Map([...all].map(([length, ways]) => [length, oneOf(ways)]));
}

function oneOf(ways: readonly Regex[]): Regex {
  const parts = ways.filter(way => way !== NOTHING);
  if (parts.length === 0) return NOTHING;
  return parts.length === 1 ? parts[0] : { kind: 'choice', parts };
}
