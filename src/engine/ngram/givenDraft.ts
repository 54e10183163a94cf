import type { TokenId } from '../../forward/forward.ts';

/** Draft that was handed out for verification. */
export interface GivenDraft {
  /** Length of the text at that time: the position of the draft's first token, if it is accepted. */
  readonly at: number;
  readonly tokens: readonly TokenId[];
}

/** Number of its tokens that the text adopted; null before any was verified. */
export function acceptedOf({ at, tokens: draft }: GivenDraft, tokens: readonly TokenId[]): number | null {
  if (tokens.length <= at) return null;
  const rejected = draft.findIndex((token, i) => tokens[at + i] !== token);
  return rejected < 0 ? draft.length : rejected;
}
