/** Code points, as pairs of first and last, ascending and apart from each other. */
export type Ranges = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;

/** What has to come next: one character of a set, or whatever a rule derives. */
export type Element =
  | { readonly kind: 'character'; readonly ranges: Ranges }
  | { readonly kind: 'rule'; readonly rule: number };

/** An element and what follows it within its alternative; null behind the last one. */
export interface Item {
  readonly element: Element;
  readonly next: Item | null;
}

/** The first items of a rule's alternatives; null for an empty one. */
export type Rule = readonly (Item | null)[];

/** A grammar without undefined rules and without left recursion. */
export interface Grammar {
  readonly rules: readonly Rule[];
  /** Index of the rule that derives whole texts. */
  readonly root: number;
}

/** A sequence of elements as items. */
export function link(elements: readonly Element[]): Item | null {
  return elements.reduceRight<Item | null>((next, element) => ({ element, next }), null);
}
