import type { TokenId } from '../../forward/forward.ts';

/** A draft that was given away for verification. */
export interface GivenDraft {
  /** Length of the text then: the place of the draft's first token, if it is accepted. */
  readonly at: number;
  readonly tokens: readonly TokenId[];
}

/** How many of its tokens the text took over; null while none has been verified. */
export function acceptedOf({ at, tokens: draft }: GivenDraft, tokens: readonly TokenId[]): number | null {
  if (tokens.length <= at) return null;
  const rejected = draft.findIndex((token, i) => tokens[at + i] !== token);
  return rejected < 0 ? draft.length : rejected;
}
