import { continueGreedily, type Pair, prefill, rowsOf } from './pair.ts';

const PROMPTS = [
  'Once upon a time',
  'The wise owl said,',
  'Lily went to the park with her mom.',
  'One day, a brave dog lost his ball.',
];
const N_PREDICT = 96;
const N_DRAFT = 8;

export interface Acceptance {
  /** Number of compared drafts, one from every position of the texts. */
  readonly nDrafts: number;
  /** `alpha[i]`: share of the drafts whose next token the target accepts, among those whose first i tokens it accepts. */
  readonly alpha: readonly number[];
  /** Tokens that a verification yields, including the target's own, by the length of the draft: 1 for a draft of 0, and so on. */
  readonly meanTokens: readonly number[];
}

/**
 * Measures how far the target agrees with greedy drafts from each position of greedy texts of the target. Independent of all
 * speeds, and of the draft lengths that the engine chooses.
 */
export async function measureAcceptance(pair: Pair): Promise<Acceptance> {
  const agreed = Array<number>(N_DRAFT + 1).fill(0);
  for (const prompt of PROMPTS) {
    const start = pair.tokenize(prompt);
    const tokens = await continueGreedily(pair.target, start, N_PREDICT);
    await prefill(pair.draft, start.slice(0, -1));
    for (let at = start.length - 1; at + N_DRAFT < tokens.length; at++) {
      const [drafted] = await pair.draft.draft(rowsOf([tokens[at]], at, 'last'), N_DRAFT, false);
      const differs = drafted.findIndex(({ token }, i) => token !== tokens[at + 1 + i]);
      const nAgreed = differs < 0 ? N_DRAFT : differs;
      for (let i = 0; i <= nAgreed; i++) agreed[i]++;
    }
  }
  const [nDrafts] = agreed;
  const meanTokens: number[] = [];
  for (const count of agreed) meanTokens.push((meanTokens.at(-1) ?? 0) + count / nDrafts);
  return {
    nDrafts,
    alpha: agreed.slice(1).map((count, i) => (agreed[i] > 0 ? count / agreed[i] : 0)),
    meanTokens,
  };
}
