/** Demand of one sequence on a batch. */
export interface BatchDemand {
  /** Number of undecoded tokens, at least 1. */
  readonly nPending: number;
  /** Longest useful draft. */
  readonly nDraftMax: number;
  /** Whether the pending tokens belong to the prompt. */
  readonly isPrompt: boolean;
}

/** Rows of a batch for each sequence, in order. */
export interface BatchShare {
  readonly nTokens: number[];
  readonly nDraftMax: number[];
}

/**
 * Divides `nRows`: first a row for every generating sequence, then drafts, then prompts, first come first served. While prompts
 * wait, drafts leave them half of the remaining rows. Drafts share their rows evenly; rows that short drafts do not need go to
 * the other drafts. All drafts together have at most `nDrafts` tokens.
 */
export function shareBatch(
  demands: readonly BatchDemand[],
  nRows: number,
  nDrafts = Number.POSITIVE_INFINITY,
): BatchShare {
  const nTokens: number[] = demands.map(({ isPrompt }) => (isPrompt ? 0 : 1));
  const nDraftMax: number[] = demands.map(() => 0);
  let room = nRows - nTokens.reduce((sum, n) => sum + n, 0);

  const nWaiting = demands.reduce((sum, demand) => sum + (demand.isPrompt ? demand.nPending : 0), 0);
  const nReserved = Math.min(nWaiting, Math.ceil(room / 2));
  const drafting = [...demands.keys()]
    .filter(i => demands[i].nDraftMax > 0)
    .sort((a, b) => demands[a].nDraftMax - demands[b].nDraftMax);
  let draftRoom = Math.min(room - nReserved, nDrafts);
  for (const [k, i] of drafting.entries()) {
    const fair = Math.floor(draftRoom / (drafting.length - k));
    nDraftMax[i] = Math.min(demands[i].nDraftMax, fair);
    draftRoom -= nDraftMax[i];
    room -= nDraftMax[i];
  }

  for (const [i, { isPrompt, nPending }] of demands.entries()) {
    if (!isPrompt) continue;
    nTokens[i] = Math.min(nPending, room);
    room -= nTokens[i];
  }
  return { nTokens, nDraftMax };
}
