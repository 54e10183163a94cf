import { measured } from '../samples.ts';
import { PLAIN, type SpecAnswer } from './answer.ts';
import { ALL_CATEGORIES, type SpecBenchRow } from './schema.ts';

/** Figures of every kind, temperature and category, and of all categories together, in the order of the answers. */
export function rowsOf(answers: readonly SpecAnswer[]): SpecBenchRow[] {
  const kinds = distinct(answers.map(({ kind }) => kind));
  const temperatures = distinct(answers.map(({ temperature }) => temperature));
  const categories = [ALL_CATEGORIES, ...distinct(answers.map(({ category }) => category))];
  return kinds.flatMap(kind =>
    temperatures.flatMap(temperature =>
      categories.flatMap(category => {
        const asked = answers.filter(
          answer =>
            answer.temperature === temperature &&
            (category === ALL_CATEGORIES || answer.category === category),
        );
        const own = asked.filter(answer => answer.kind === kind);
        const plain = asked.filter(answer => answer.kind === PLAIN);
        return own.length === 0 ? [] : [{ kind, category, temperature, ...figuresOf(own, plain) }];
      }),
    ),
  );
}

function figuresOf(own: readonly SpecAnswer[], plain: readonly SpecAnswer[]) {
  const first = own.filter(({ run }) => run === own[0].run);
  const drafts = own.flatMap(answer => answer.drafts);
  const nRounds = sum(own.map(answer => answer.nRounds));
  return {
    nAnswers: first.length,
    nTokens: sum(first.map(({ tokens }) => tokens.length)),
    tokensPerRound: nRounds === 0 ? 0 : sum(own.map(nLater)) / nRounds,
    draft_n: sum(drafts.map(({ draft_n }) => draft_n)),
    draft_n_accepted: sum(drafts.map(({ draft_n_accepted }) => draft_n_accepted)),
    draft_n_per_pos: byPosition(drafts.map(({ draft_n_per_pos }) => draft_n_per_pos)),
    draft_n_accepted_per_pos: byPosition(
      drafts.map(({ draft_n_accepted_per_pos }) => draft_n_accepted_per_pos),
    ),
    tokensPerSecond: [...speedsOf(own).values()],
    speedup: speedupOf(speedsOf(own), speedsOf(plain)),
  };
}

/** Tokens per second of each run. */
function speedsOf(answers: readonly SpecAnswer[]): Map<number, number> {
  const runs = distinct(answers.map(({ run }) => run));
  return new Map(
    runs.map(run => {
      const own = answers.filter(answer => answer.run === run);
      const ms = sum(own.map(answer => answer.ms));
      return [run, ms === 0 ? 0 : (1000 * sum(own.map(nLater))) / ms];
    }),
  );
}

/** Other load slows down neighbouring servers alike, so ratios of one run are more reliable than the ratio of medians. */
function speedupOf(own: ReadonlyMap<number, number>, plain: ReadonlyMap<number, number>): number | null {
  const ratios = [...own].flatMap(([run, speed]) => {
    const base = plain.get(run) ?? 0;
    return speed > 0 && base > 0 ? [speed / base] : [];
  });
  return ratios.length === 0 ? null : measured(ratios).median;
}

/** Tokens behind the first one. */
function nLater({ tokens }: SpecAnswer): number {
  return Math.max(0, tokens.length - 1);
}

function byPosition(lists: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...lists.map(list => list.length));
  return Array.from({ length }, (_, i) => sum(lists.map(list => list[i] ?? 0)));
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
