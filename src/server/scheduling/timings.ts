import type { DraftCounts, Timings } from '../../protocol/completion.ts';

/** Counters and times of a generation; times in milliseconds of one clock. */
export interface Progress {
  readonly nCached: number;
  readonly nPrompt: number;
  readonly nPredicted: number;
  readonly drafts: readonly DraftCounts[];
  /** Steps behind the one that completed the prompt; each may have had a draft. */
  readonly nRounds: number;
  readonly startedAt: number;
  /** Time when the prompt was decoded, which is also when the first token was sampled. */
  readonly promptDoneAt: number;
  readonly lastTokenAt: number;
}

/** `timings` of a response. The first token belongs to the prompt, so the rates count one token less. */
export function timingsOf(progress: Progress): Timings {
  const { nCached, nPrompt, nPredicted, drafts } = progress;
  const promptMs = progress.promptDoneAt - progress.startedAt;
  const predictedMs = nPredicted === 0 ? 0 : Math.max(0.001, progress.lastTokenAt - progress.promptDoneAt);
  const nDrafted = sum(drafts.map(({ draft_n }) => draft_n));
  const nSteps = Math.max(0, nPredicted - 1);
  return {
    cache_n: nCached,
    prompt_n: nPrompt - nCached,
    prompt_ms: promptMs,
    prompt_per_token_ms: ratio(promptMs, nPrompt - nCached),
    prompt_per_second: ratio(1000 * (nPrompt - nCached), promptMs),
    predicted_n: nPredicted,
    predicted_ms: predictedMs,
    predicted_per_token_ms: ratio(predictedMs, nSteps),
    predicted_per_second: ratio(1000 * nSteps, predictedMs),
    ...(nDrafted > 0 && {
      draft_n: nDrafted,
      draft_n_accepted: sum(drafts.map(({ draft_n_accepted }) => draft_n_accepted)),
      draft_n_per_step: ratio(nDrafted, progress.nRounds),
      drafts,
    }),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
