import type { DraftKind, SpeculationTrace, Timings, TracedRound } from '../../../client/index.ts';

/** Counts of the rounds of one kind; null for rounds without a draft. */
export interface KindFigures {
  readonly kind: DraftKind | null;
  readonly nRounds: number;
  readonly nDrafted: number;
  readonly nAccepted: number;
  readonly ms: number;
}

/** Drafts with a token at this position, from 0, and how many of these tokens were accepted. */
export interface PositionFigures {
  readonly position: number;
  readonly nDrafted: number;
  readonly nAccepted: number;
}

/** Figures of speculation in an answer, from its trace. */
export interface Figures {
  readonly nTokens: number;
  readonly nRounds: number;
  readonly nDrafted: number;
  readonly nAccepted: number;
  /** Tokens per round on average; 0 without rounds. */
  readonly tokensPerRound: number;
  /** Tokens per second; null before the second token. */
  readonly perSecond: number | null;
  readonly byKind: readonly KindFigures[];
  readonly byPosition: readonly PositionFigures[];
  /** Number of rounds that gave 1, 2, … tokens: an entry per number up to the largest. */
  readonly roundsByTokens: readonly number[];
}

/** Figures of `trace`. Without `timings` the speed follows from the rounds, which take the same time. */
export function figuresOf(trace: SpeculationTrace, timings: Timings | null): Figures {
  const { tokens, rounds } = trace;
  const nDrafted = sum(rounds, ({ draft }) => draft.length);
  const nAccepted = sum(rounds, ({ n_accepted }) => n_accepted);
  const ms = sum(rounds, round => round.ms);
  const nLater = tokens.filter(({ round }) => round !== null).length;
  const measured = ms > 0 ? (1000 * nLater) / ms : null;
  return {
    nTokens: tokens.length,
    nRounds: rounds.length,
    nDrafted,
    nAccepted,
    tokensPerRound: rounds.length === 0 ? 0 : nLater / rounds.length,
    perSecond: timings !== null && timings.predicted_per_second > 0 ? timings.predicted_per_second : measured,
    byKind: kindFigures(rounds),
    byPosition: positionFigures(rounds),
    roundsByTokens: histogram(rounds.map(({ n_accepted }) => n_accepted + 1)),
  };
}

function kindFigures(rounds: readonly TracedRound[]): KindFigures[] {
  const kinds = [...new Set(rounds.map(({ source }) => source))];
  return kinds.map(kind => {
    const own = rounds.filter(({ source }) => source === kind);
    return {
      kind,
      nRounds: own.length,
      nDrafted: sum(own, ({ draft }) => draft.length),
      nAccepted: sum(own, ({ n_accepted }) => n_accepted),
      ms: sum(own, ({ ms }) => ms),
    };
  });
}

function positionFigures(rounds: readonly TracedRound[]): PositionFigures[] {
  const longest = rounds.reduce((most, { draft }) => Math.max(most, draft.length), 0);
  return Array.from({ length: longest }, (_, position) => ({
    position,
    nDrafted: rounds.filter(({ draft }) => draft.length > position).length,
    nAccepted: rounds.filter(({ n_accepted }) => n_accepted > position).length,
  }));
}

/** Number of occurrences of 1, 2, … in `values`. */
function histogram(values: readonly number[]): number[] {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const counts = new Array<number>(largest).fill(0);
  for (const value of values) counts[value - 1]++;
  return counts;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
