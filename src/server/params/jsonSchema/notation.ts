const ESCAPES: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '"': '\\"', '\\': '\\\\' };

/** Number of repetitions; `max` may be Infinity. */
export interface Count {
  readonly min: number;
  readonly max: number;
}

export const ANY_COUNT: Count = { min: 0, max: Number.POSITIVE_INFINITY };

/** Intersection of `counts`. If it is empty, `min` is greater than `max`. */
export function narrowest(counts: readonly Count[]): Count {
  return {
    min: Math.max(0, ...counts.map(({ min }) => min)),
    max: Math.min(Number.POSITIVE_INFINITY, ...counts.map(({ max }) => max)),
  };
}

/** Quotes `text` as a GBNF literal. */
export function literal(text: string): string {
  return `"${text.replaceAll(/[\r\n"\\]/g, char => ESCAPES[char] ?? char)}"`;
}

/** Quotes a JSON value as a GBNF literal without white space. */
export function jsonLiteral(value: unknown): string {
  return literal(JSON.stringify(value));
}

/** Repeats `rule` as often as `count` says. */
export function repeated(rule: string, { min, max }: Count): string {
  if (max === 0) return '';
  if (min === 1 && max === 1) return rule;
  if (min === 0 && max === 1) return `${rule}?`;
  if (max !== Number.POSITIVE_INFINITY) return `${rule}{${min === max ? min : `${min},${max}`}}`;
  if (min < 2) return `${rule}${min === 0 ? '*' : '+'}`;
  return `${rule}{${min},}`;
}
