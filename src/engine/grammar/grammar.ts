/** Code points, as pairs of first and last, ascending and apart from each other. */
export type Ranges = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;

/** What has to come next: one character of a set, or one or more that a rule derives. */
export type Element =
  | { readonly kind: 'character'; readonly ranges: Ranges }
  | { readonly kind: 'rule'; readonly rule: number };

/** An element, how often it comes, and what follows it within its alternative. */
export interface Item {
  /** Of all items of a grammar, this one. */
  readonly id: number;
  readonly element: Element;
  /** 0 wherever the item may be empty. */
  readonly min: number;
  /** At least 1; infinite for no bound. */
  readonly max: number;
  readonly next: Item | null;
}

/** The first items of a rule's alternatives. */
export type Rule = readonly Item[];

/**
 * A grammar in which no rule derives the empty text: an item that was empty by its rule has `min` 0 instead. Behind
 * items that may be left out, a rule can begin only with rules of a greater index, so none begins with itself.
 */
export interface Grammar {
  readonly rules: readonly Rule[];
  /** Derives whole texts. */
  readonly root: Item;
}
