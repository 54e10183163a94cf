import type { TokenSource } from '../../../client/index.ts';
import { KIND_NAMES } from './kinds.ts';
import type { Piece } from './pieces.ts';

interface TokenDetailsProps {
  readonly pieces: readonly Piece[];
  /** Number of the chosen token. */
  readonly active: number | null;
  onChoose(index: number): void;
}

/** Line with the origin of the chosen token, and buttons for its neighbours. It keeps its height, so that nothing moves. */
export function TokenDetails({ pieces, active, onChoose }: TokenDetailsProps) {
  const piece = active === null ? undefined : pieces[active];
  const last = pieces.length - 1;
  return (
    <div class="token-details">
      <button
        type="button"
        class="quiet"
        aria-label="Previous token"
        disabled={active === 0 || last < 0}
        onClick={() => onChoose((active ?? pieces.length) - 1)}
      >
        ‹
      </button>
      <button
        type="button"
        class="quiet"
        aria-label="Next token"
        disabled={active === last || last < 0}
        onClick={() => onChoose((active ?? -1) + 1)}
      >
        ›
      </button>
      <output>
        {piece === undefined ? (
          'Point at a token to see where it came from.'
        ) : (
          <>
            <code>{JSON.stringify(piece.token.token)}</code> {originOf(piece)}
          </>
        )}
      </output>
    </div>
  );
}

/** Says where a token came from: `draft model, token 3 of 4, round 12`. */
export function originOf({ token: { source, round }, position, nDrafted }: Piece): string {
  if (round === null) return 'sampled at the end of the prompt';
  return `${sourceOf(source, position, nDrafted)}, round ${round + 1}`;
}

function sourceOf(source: TokenSource, position: number, nDrafted: number): string {
  switch (source) {
    case 'target':
      if (nDrafted === 0) return 'sampled without a draft';
      return `sampled in place of token ${position + 1} of ${nDrafted} of a draft`;
    case 'bonus':
      return `sampled behind ${nDrafted} accepted ${nDrafted === 1 ? 'token' : 'tokens'} of a draft`;
    default:
      return `${KIND_NAMES[source]}, token ${position + 1} of ${nDrafted}`;
  }
}
