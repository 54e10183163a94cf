const ESCAPES: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '"': '\\"', '\\': '\\\\' };

/** How often something comes; `max` may be Infinity. */
export interface Count {
  readonly min: number;
  readonly max: number;
}

export const ANY_COUNT: Count = { min: 0, max: Number.POSITIVE_INFINITY };

/** The counts that are in all of `counts`; there may be none, then `min` is above `max`. */
export function narrowest(counts: readonly Count[]): Count {
  return {
    min: Math.max(0, ...counts.map(({ min }) => min)),
    max: Math.min(Number.POSITIVE_INFINITY, ...counts.map(({ max }) => max)),
  };
}

/** `text` as a literal of GBNF. */
export function literal(text: string): string {
  return `"${text.replaceAll(/[\r\n"\\]/g, char => ESCAPES[char] ?? char)}"`;
}

/** A JSON value as a literal, without white space in it. */
export function jsonLiteral(value: unknown): string {
  return literal(JSON.stringify(value));
}

/** `rule` as often as `count` says. */
export function repeated(rule: string, { min, max }: Count): string {
  if (max === 0) return '';
  if (min === 1 && max === 1) return rule;
  if (min === 0 && max === 1) return `${rule}?`;
  if (max !== Number.POSITIVE_INFINITY) return `${rule}{${min === max ? min : `${min},${max}`}}`;
  if (min < 2) return `${rule}${min === 0 ? '*' : '+'}`;
  return `${rule}{${min},}`;
}
