import type { SpeculationTrace, TokenText, TracedToken } from '../../../client/index.ts';

/** Token as the text shows it. */
export interface Piece {
  readonly token: TracedToken;
  /** Text that the token completes; empty within a character. White space before the first word is left out, as Markdown does. */
  readonly text: string;
  /** Place among the tokens of its round, from 0; 0 for a token without a round. */
  readonly position: number;
  /** Length of the draft of its round. */
  readonly nDrafted: number;
  /** Text of the drafted tokens that were refused for this token; empty for none. */
  readonly rejected: string;
}

/** Reads the pieces of a trace that grows. Pieces of earlier tokens remain the same objects, so views can compare them. */
export class PieceReader {
  #pieces: readonly Piece[] = [];
  #decoder = newDecoder();
  #hasBegun = false;

  read(trace: SpeculationTrace): readonly Piece[] {
    const last = this.#pieces.at(-1);
    if (last !== undefined && trace.tokens[this.#pieces.length - 1] !== last.token) this.#restart();
    const fresh = trace.tokens.slice(this.#pieces.length);
    if (fresh.length > 0) {
      const pieces = [...this.#pieces];
      for (const token of fresh) {
        const piece = this.#piece(token, trace, pieces.at(-1));
        pieces.push(piece);
        this.#hasBegun ||= piece.text !== '';
      }
      this.#pieces = pieces;
    }
    return this.#pieces;
  }

  #restart(): void {
    this.#pieces = [];
    this.#decoder = newDecoder();
    this.#hasBegun = false;
  }

  #piece(token: TracedToken, { rounds }: SpeculationTrace, before: Piece | undefined): Piece {
    const written = this.#decoder.decode(Uint8Array.from(token.bytes), { stream: true });
    const text = this.#hasBegun ? written : written.trimStart();
    const round = token.round === null ? undefined : rounds[token.round];
    const continues = before !== undefined && token.round !== null && before.token.round === token.round;
    const refused = token.source === 'target' && round ? round.draft.slice(round.n_accepted) : [];
    return {
      token,
      text,
      position: continues ? before.position + 1 : 0,
      nDrafted: round?.draft.length ?? 0,
      rejected: textOf(refused),
    };
  }
}

/** Text of consecutive tokens. */
export function textOf(tokens: readonly TokenText[]): string {
  return newDecoder().decode(Uint8Array.from(tokens.flatMap(({ bytes }) => bytes)));
}

/** Decoder that renders bytes as answers do. */
function newDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}
