import type { Ranges } from '../../../engine/grammar/grammar.ts';
import { MAX_CODE_POINT } from '../../../engine/grammar/grammar.ts';
import { assertNever } from '../../../util/assert.ts';
import type { Count } from './notation.ts';

/** Regular expression with search semantics: without anchors it may match anywhere in the text. */
export type Regex =
  | { readonly kind: 'chars'; readonly ranges: Ranges }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Regex[] }
  | { readonly kind: 'repeat'; readonly part: Regex; readonly count: Count }
  | { readonly kind: 'start' | 'end' };

/** Every character of a text; surrogates are excluded. */
export const ANY_CHAR: Ranges = [0, 0xd7ff, 0xe000, MAX_CODE_POINT];
export const EMPTY: Regex = { kind: 'sequence', parts: [] };
const ANY_TEXT: Regex = {
  kind: 'repeat',
  part: { kind: 'chars', ranges: ANY_CHAR },
  count: { min: 0, max: Number.POSITIVE_INFINITY },
};

export function sequence(parts: readonly Regex[]): Regex {
  return parts.length === 1 ? parts[0] : { kind: 'sequence', parts };
}

export function choice(parts: readonly Regex[]): Regex {
  return parts.length === 1 ? parts[0] : { kind: 'choice', parts };
}

/** Expression that matches exactly these texts. */
export function textsRegex(texts: readonly string[]): Regex {
  const each = texts.map(text => sequence([...text].map(charRegex)));
  return sequence([{ kind: 'start' }, choice(each), { kind: 'end' }]);
}

export function charRegex(char: string): Regex {
  const codePoint = char.codePointAt(0) ?? 0;
  return { kind: 'chars', ranges: [codePoint, codePoint] };
}

/** Expression of the whole texts that contain a match of `regex`, without anchors; null if there are anchors inside it. */
export function wholeRegex(regex: Regex): Regex | null {
  const whole = withoutAnchors(regex);
  return whole !== null && !hasAnchors(whole) ? whole : null;
}

function withoutAnchors(regex: Regex): Regex | null {
  if (regex.kind === 'choice') {
    const parts = regex.parts.map(withoutAnchors);
    return parts.every(part => part !== null) ? choice(parts) : null;
  }
  let parts = regex.kind === 'sequence' ? regex.parts : [regex];
  const isStart = parts[0]?.kind === 'start';
  if (isStart) parts = parts.slice(1);
  const isEnd = parts.at(-1)?.kind === 'end';
  if (isEnd) parts = parts.slice(0, -1);
  return sequence([...(isStart ? [] : [ANY_TEXT]), ...parts, ...(isEnd ? [] : [ANY_TEXT])]);
}

function hasAnchors(regex: Regex): boolean {
  switch (regex.kind) {
    case 'chars':
      return false;
    case 'start':
    case 'end':
      return true;
    case 'sequence':
    case 'choice':
      return regex.parts.some(hasAnchors);
    case 'repeat':
      return hasAnchors(regex.part);
    default:
      return assertNever(regex);
  }
}

/** Lengths, in characters, of the texts that match an expression without anchors. */
export function lengthOf(regex: Regex): Count {
  switch (regex.kind) {
    case 'chars':
      return { min: 1, max: 1 };
    case 'start':
    case 'end':
      return { min: 0, max: 0 };
    case 'sequence': {
      const lengths = regex.parts.map(lengthOf);
      const sum = (of: 'min' | 'max') => lengths.reduce((total, length) => total + length[of], 0);
      return { min: sum('min'), max: sum('max') };
    }
    case 'choice': {
      const lengths = regex.parts.map(lengthOf);
      return {
        min: Math.min(...lengths.map(({ min }) => min)),
        max: Math.max(0, ...lengths.map(({ max }) => max)),
      };
    }
    case 'repeat': {
      const { min, max } = lengthOf(regex.part);
      const { count } = regex;
      return { min: min * count.min, max: max === 0 || count.max === 0 ? 0 : max * count.max };
    }
    default:
      return assertNever(regex);
  }
}

/** Expression that matches no text. */
export const NOTHING: Regex = { kind: 'choice', parts: [] };
