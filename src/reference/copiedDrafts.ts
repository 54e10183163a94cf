import { assertNever } from '../util/assert.ts';
import type { Successors } from './chainTarget.ts';
import type { Copying } from './copyingHead.ts';

/** Drafts of a copying head behind `tokens`, two or more, of which the target has not decoded the last one. */
export function copiedDrafts(
  { reads, successors }: Copying,
  tokens: readonly number[],
  nDraft: number,
): readonly number[] {
  const text = [...tokens];
  const beforeLast = tokens[tokens.length - 2];
  const nextDraft = () => {
    const own = successors[text[text.length - 1]];
    switch (reads) {
      case 'token':
        return own;
      case 'hidden':
        return successors[beforeLast];
      case 'commonest':
        return commonest(
          text.map(token => successors[token]),
          own,
        );
      default:
        return assertNever(reads);
    }
  };
  for (let i = 0; i < nDraft; i++) text.push(nextDraft());
  return text.slice(tokens.length);
}

/** Result of one round of drafting and verifying. */
export interface KnownRound {
  readonly drafts: readonly number[];
  readonly nAccepted: number;
}

/** Rounds in which a chain target generates up to `nPredict` tokens after `prompt`, the first of which precedes the first round. */
export function knownRounds(
  target: Successors,
  head: Copying,
  prompt: readonly number[],
  { nPredict, nDraft }: { nPredict: number; nDraft: number },
): readonly KnownRound[] {
  const next = (text: readonly number[]) => target[text[text.length - 1]];
  const text = [...prompt, next(prompt)];
  const end = prompt.length + nPredict;
  const rounds: KnownRound[] = [];
  while (text.length < end) {
    // The last token of a round is the target's own.
    const drafts = copiedDrafts(head, text, Math.min(nDraft, end - text.length - 1));
    let nAccepted = 0;
    while (nAccepted < drafts.length && drafts[nAccepted] === next(text)) {
      text.push(drafts[nAccepted]);
      nAccepted++;
    }
    text.push(next(text));
    rounds.push({ drafts, nAccepted });
  }
  return rounds;
}

/**
 * Token that occurs most often; `preferred` if it is one of several. Among others the head's choice depends on how sums are
 * rounded, so texts of tests avoid that.
 */
function commonest(tokens: readonly number[], preferred: number): number {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  const most = Math.max(...counts.values());
  if (counts.get(preferred) === most) return preferred;
  return [...counts].filter(([, count]) => count === most)[0][0];
}
