import { useCallback, useMemo, useState } from 'preact/hooks';
import { isRunning, type Piece, type Run } from './completeState.ts';
import { OddsCard } from './OddsCard.tsx';

interface Props {
  readonly run: Run;
  /** Takes an alternative to the piece at `index`. */
  readonly onAlternative: (index: number, text: string) => void;
}

/** Text of a run by tokens. Pointing at a token, or focusing it, shows its probability and the alternatives to it. */
export function Pieces({ run, onAlternative }: Props) {
  const [chosen, setChosen] = useState<number | null>(null);
  const choose = useCallback((index: number) => setChosen(index), []);
  const piece = chosen === null ? undefined : run.pieces[chosen];
  return (
    <section class="output" aria-label="Text" aria-busy={isRunning(run)}>
      <p class="text" dir="auto">
        <span class="given">{run.prompt}</span>
        <span data-testid="output">
          {run.pieces.map((own, index) => (
            // Pieces are only ever appended, so the index is their identity.
            <Token key={index} piece={own} index={index} isChosen={index === chosen} onChoose={choose} />
          ))}
        </span>
        {isRunning(run) && <span class="caret" aria-hidden="true" />}
      </p>
      {piece?.odds && chosen !== null && (
        <OddsCard
          text={piece.text}
          odds={piece.odds}
          isEnabled={!isRunning(run)}
          onAlternative={text => {
            setChosen(null);
            onAlternative(chosen, text);
          }}
        />
      )}
    </section>
  );
}

interface TokenProps {
  readonly piece: Piece;
  readonly index: number;
  readonly isChosen: boolean;
  readonly onChoose: (index: number) => void;
}

/** White space before a word stays unmarked, because it would look like part of the word before. */
function Token({ piece, index, isChosen, onChoose }: TokenProps) {
  return useMemo(() => {
    const { text, drafted, odds } = piece;
    const Tag = drafted ? 'mark' : 'span';
    // White space alone is a token to point at, too.
    const word = text.trimStart() || text;
    const space = text.slice(0, text.length - word.length);
    const choosing = odds && {
      class: 'token',
      title: `${(100 * odds.probability).toFixed(1)} %`,
      onPointerEnter: () => onChoose(index),
      onClick: () => onChoose(index),
    };
    return (
      <>
        {space}
        <Tag data-chosen={isChosen} {...choosing}>
          {word}
        </Tag>
      </>
    );
  }, [piece, index, isChosen, onChoose]);
}
