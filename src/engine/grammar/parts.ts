import type { Element } from './grammar.ts';

/** Parsed symbol with its repetition bounds. */
export interface Part {
  readonly element: Element;
  readonly min: number;
  /** At least 1; Infinity without a bound. */
  readonly max: number;
}

/** Parsed rule. An alternative without parts derives the empty text. */
export type Alternatives = readonly (readonly Part[])[];
