/** Set of code points as pairs of first and last, ascending and disjoint. */
export type Ranges = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;

/** Symbol: one character of a set, or a nonempty text derived by a rule. */
export type Element =
  | { readonly kind: 'character'; readonly ranges: Ranges }
  | { readonly kind: 'rule'; readonly rule: number };

/** Symbol with its repetition bounds and the next item of its alternative. */
export interface Item {
  /** Unique within a grammar. */
  readonly id: number;
  readonly element: Element;
  /** 0 if the item is optional. */
  readonly min: number;
  /** At least 1; Infinity without a bound. */
  readonly max: number;
  readonly next: Item | null;
}

/** First item of each alternative. */
export type Rule = readonly Item[];

/**
 * Grammar without nullable rules: an item that was nullable by its rule has `min` 0 instead. Rules are in topological order: a
 * rule can begin only with rules of a greater index, so none is left-recursive.
 */
export interface Grammar {
  readonly rules: readonly Rule[];
  /** Start symbol. */
  readonly root: Item;
}
