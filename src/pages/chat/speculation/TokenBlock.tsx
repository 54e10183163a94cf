import { Component } from 'preact';
import type { Piece } from './pieces.ts';

interface TokenBlockProps {
  /** Number of the first token. */
  readonly start: number;
  readonly pieces: readonly Piece[];
  readonly showRejected: boolean;
  /** Number of the chosen token, if it is in this block. */
  readonly active: number | null;
}

/** Consecutive tokens of a text. */
export class TokenBlock extends Component<TokenBlockProps> {
  /** Pieces only follow each other, so equal ends mean equal blocks. */
  override shouldComponentUpdate(next: TokenBlockProps): boolean {
    const { pieces, showRejected, active } = this.props;
    return (
      pieces[0] !== next.pieces[0] ||
      pieces.length !== next.pieces.length ||
      showRejected !== next.showRejected ||
      active !== next.active
    );
  }

  override render({ start, pieces, showRejected, active }: TokenBlockProps) {
    return pieces.map((piece, i) => (
      <Token
        key={start + i}
        index={start + i}
        piece={piece}
        showRejected={showRejected}
        isActive={active === start + i}
      />
    ));
  }
}

interface TokenProps {
  readonly index: number;
  readonly piece: Piece;
  readonly showRejected: boolean;
  readonly isActive: boolean;
}

/** White space before a word stays unmarked, because it would look like part of the word before. */
function Token({ index, piece: { token, text, rejected }, showRejected, isActive }: TokenProps) {
  const word = text.trimStart();
  const space = text.slice(0, text.length - word.length);
  const isOwn = token.source === 'target' || token.source === 'bonus';
  return (
    <>
      {showRejected && rejected !== '' && <Rejected text={rejected} />}
      <span data-token={index} class={isActive ? 'active' : undefined}>
        {isOwn ? text : space}
        {!isOwn && word !== '' && <mark class={`kind-${token.source}`}>{word}</mark>}
      </span>
    </>
  );
}

/** Refused tokens, with signs for line ends, which would tear the text apart. White space before them is not struck out. */
function Rejected({ text }: { text: string }) {
  const shown = text.replaceAll('\n', '↵');
  return (
    <>
      {shown.startsWith(' ') && ' '}
      <del>{shown.trimStart()}</del>
    </>
  );
}
