import type { Element } from './grammar.ts';

/** An element as it is written, and how often it comes. */
export interface Part {
  readonly element: Element;
  readonly min: number;
  /** At least 1; infinite for no bound. */
  readonly max: number;
}

/** A rule as it is written. An alternative without parts is the empty text. */
export type Alternatives = readonly (readonly Part[])[];
