// Answers of a benchmark, for the tests of this folder and of the page.
import type { AnswerDrafts, SpecAnswer } from './answer.ts';
import type { SpecBenchConditions } from './schema.ts';

export const CONDITIONS: SpecBenchConditions = {
  date: '2026-01-02T03:04:05.678Z',
  commit: 'abc1234',
  browser: '150.0',
  adapter: 'acme one',
  model: 'target.gguf',
  modelDraft: 'draft.gguf',
  nPredict: 8,
  runs: 1,
  temperatures: [0],
  absent: [{ kind: 'ngram-mod', reason: 'it is Sunday' }],
};

/** Answer of five tokens in four rounds without speculation, with `changes`. */
export function answer(changes: Partial<SpecAnswer> = {}): SpecAnswer {
  return {
    kind: 'none',
    run: 0,
    temperature: 0,
    category: 'stories',
    prompt: 0,
    tokens: [10, 11, 12, 13, 14],
    ms: 40,
    nRounds: 4,
    drafts: [],
    ...changes,
  };
}

/** Counts of drafts, of which `[drafted, accepted]` had a token at each position, and had it accepted. */
export function drafts(...positions: readonly (readonly [number, number])[]): AnswerDrafts[] {
  const total = (i: 0 | 1) => positions.reduce((sum, position) => sum + position[i], 0);
  return [
    {
      draft_n: total(0),
      draft_n_accepted: total(1),
      draft_n_per_pos: positions.map(([drafted]) => drafted),
      draft_n_accepted_per_pos: positions.map(([, accepted]) => accepted),
    },
  ];
}

/** The same answer with a draft of two tokens in each of two rounds, twice as fast. */
export function drafted(changes: Partial<SpecAnswer> = {}): SpecAnswer {
  return answer({ kind: 'draft-simple', ms: 20, nRounds: 2, drafts: drafts([2, 2], [2, 0]), ...changes });
}
