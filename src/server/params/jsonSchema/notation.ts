import type { Count } from './schema.ts';

const ESCAPES: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '"': '\\"', '\\': '\\\\' };

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
  if (min === 0 && max === 1) return `${rule}?`;
  if (max !== Number.POSITIVE_INFINITY) return `${rule}{${min},${max}}`;
  if (min < 2) return `${rule}${min === 0 ? '*' : '+'}`;
  return `${rule}{${min},}`;
}

/** The same with `separator` between each two. */
export function separated(rule: string, { min, max }: Count, separator: string): string {
  if (max === 0) return '';
  if (min === 0 && max === 1) return `${rule}?`;
  const others = repeated(`(${separator} ${rule})`, { min: Math.max(0, min - 1), max: max - 1 });
  const list = `${rule} ${others}`;
  return min === 0 ? `(${list})?` : list;
}
