import type { Timings } from '../../../client/index.ts';
import { isRecord } from './isRecord.ts';

const NEEDED = [
  'cache_n',
  'prompt_n',
  'prompt_ms',
  'prompt_per_token_ms',
  'prompt_per_second',
  'predicted_n',
  'predicted_ms',
  'predicted_per_token_ms',
  'predicted_per_second',
] as const satisfies readonly (keyof Timings)[];
const OPTIONAL = [
  'draft_n',
  'draft_n_accepted',
  'draft_n_per_step',
] as const satisfies readonly (keyof Timings)[];

/** Reads the numbers of timings from outside; null if one of them is missing, or is no number from 0 on. */
export function timingsFrom(value: unknown): Timings | null {
  if (!isRecord(value)) return null;
  const present = [...NEEDED, ...OPTIONAL.filter(name => value[name] !== undefined)];
  if (!present.every(name => isFigure(value[name]))) return null;
  return Object.fromEntries(present.map(name => [name, value[name]])) as unknown as Timings;
}

/**
 * Timings of an answer that a second request went on with: the prompt of the first, and the tokens of both. The first token of each
 * comes with its prompt, so its time is in no rate. Drafts by position are counted from the trace.
 */
export function joinTimings(first: Timings, second: Timings): Timings {
  const predicted_n = first.predicted_n + second.predicted_n;
  const predicted_ms = first.predicted_ms + second.predicted_ms;
  const nTimed = nLater(first) + nLater(second);
  const isDrafted = first.draft_n !== undefined || second.draft_n !== undefined;
  const { draft_n_per_step: _, drafts: __, ...prompt } = first;
  return {
    ...prompt,
    predicted_n,
    predicted_ms,
    predicted_per_token_ms: nTimed > 0 ? predicted_ms / nTimed : 0,
    predicted_per_second: predicted_ms > 0 ? (1000 * nTimed) / predicted_ms : 0,
    ...(isDrafted && {
      draft_n: (first.draft_n ?? 0) + (second.draft_n ?? 0),
      draft_n_accepted: (first.draft_n_accepted ?? 0) + (second.draft_n_accepted ?? 0),
    }),
  };
}

function nLater({ predicted_n }: Timings): number {
  return Math.max(0, predicted_n - 1);
}

function isFigure(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
