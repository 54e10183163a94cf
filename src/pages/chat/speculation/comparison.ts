import type { SpeculationTrace, Timings } from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';

/** The two ways in which a request is answered. */
export const WAYS = ['with', 'without'] as const;
export type Way = (typeof WAYS)[number];

/** Answer to a request of a comparison. */
export interface Answer {
  readonly trace: SpeculationTrace;
  readonly timings: Timings;
}

export type Pair = Readonly<Record<Way, Answer>>;

/** Way that is being run, and how far it is. */
export interface Running {
  readonly way: Way;
  /** Whether it is the second of its pair. */
  readonly isSecond: boolean;
  readonly nTokens: number;
  /** 0 before the second token. */
  readonly perSecond: number;
}

/** Comparison of one request with and without speculation. */
export interface Comparison {
  /** Pairs of answers so far. */
  readonly pairs: readonly Pair[];
  /** Null while nothing runs. */
  readonly running: Running | null;
  /** Error of the last run in words. */
  readonly problem: string | null;
}

export const NO_COMPARISON: Comparison = { pairs: [], running: null, problem: null };

/** Comparisons by the id of their answer. */
export type Comparisons = Readonly<Record<string, Comparison>>;

/** Change of the comparison of the answer `id`. */
export type ComparisonAction = { readonly id: string } & (
  | { readonly type: 'started'; readonly way: Way; readonly isSecond: boolean }
  | { readonly type: 'grown'; readonly nTokens: number; readonly perSecond: number }
  | { readonly type: 'compared'; readonly pair: Pair }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly message: string }
);

export function comparisonOf(comparisons: Comparisons, id: string): Comparison {
  return comparisons[id] ?? NO_COMPARISON;
}

/** Whether the request of another answer than `id` is being run. */
export function isOtherRunning(comparisons: Comparisons, id: string | null): boolean {
  return Object.entries(comparisons).some(([own, { running }]) => own !== id && running !== null);
}

export function reduceComparisons(state: Comparisons, action: ComparisonAction): Comparisons {
  return { ...state, [action.id]: reduceComparison(comparisonOf(state, action.id), action) };
}

function reduceComparison(state: Comparison, action: ComparisonAction): Comparison {
  switch (action.type) {
    case 'started': {
      const { way, isSecond } = action;
      return { ...state, running: { way, isSecond, nTokens: 0, perSecond: 0 }, problem: null };
    }
    case 'grown': {
      const { nTokens, perSecond } = action;
      return state.running ? { ...state, running: { ...state.running, nTokens, perSecond } } : state;
    }
    case 'compared':
      return { ...state, pairs: [...state.pairs, action.pair], running: null };
    case 'stopped':
      return { ...state, running: null };
    case 'failed':
      return { ...state, running: null, problem: action.message };
    default:
      return assertNever(action);
  }
}

/** Ways of the next pair in their order: they take turns to be first, because the first may find a colder device. */
export function nextOrder({ pairs }: Comparison): readonly [Way, Way] {
  return pairs.length % 2 === 0 ? ['without', 'with'] : ['with', 'without'];
}

/** Result of the pairs so far. */
export interface Verdict {
  /** Tokens per second over all pairs; 0 where no answer has a second token. */
  readonly perSecond: Readonly<Record<Way, number>>;
  /** Speed with speculation as a multiple of the speed without; null where one of them is 0. */
  readonly ratio: number | null;
  /** Whether anything was drafted. */
  readonly hasDrafts: boolean;
  readonly difference: Difference | null;
}

/** First token, from 0, that the answers of a pair do not share, and its text in each; null where an answer has ended. */
export interface Difference {
  readonly at: number;
  readonly texts: Readonly<Record<Way, string | null>>;
}

/** Verdict on `pairs`; null without any. */
export function verdictOf(pairs: readonly Pair[]): Verdict | null {
  if (pairs.length === 0) return null;
  const perSecond = { with: speedOf(pairs, 'with'), without: speedOf(pairs, 'without') };
  const isMeasured = perSecond.with > 0 && perSecond.without > 0;
  return {
    perSecond,
    ratio: isMeasured ? perSecond.with / perSecond.without : null,
    hasDrafts: pairs.some(pair => pair.with.trace.rounds.some(({ draft }) => draft.length > 0)),
    difference: pairs.map(differenceIn).find(difference => difference !== null) ?? null,
  };
}

function speedOf(pairs: readonly Pair[], way: Way): number {
  let [nTokens, ms] = [0, 0];
  for (const { timings } of pairs.map(pair => pair[way])) {
    // The first token comes with the prompt.
    nTokens += Math.max(0, timings.predicted_n - 1);
    ms += timings.predicted_ms;
  }
  return ms > 0 ? (1000 * nTokens) / ms : 0;
}

function differenceIn(pair: Pair): Difference | null {
  const [a, b] = [pair.with.trace.tokens, pair.without.trace.tokens];
  const length = Math.max(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a[at]?.id === b[at]?.id) continue;
    return { at, texts: { with: a[at]?.token ?? null, without: b[at]?.token ?? null } };
  }
  return null;
}
