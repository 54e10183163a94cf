import { useRef, useState } from 'preact/hooks';
import type { SpeculationTrace } from '../../../client/index.ts';
import { Legend } from './Legend.tsx';
import { PieceReader } from './pieces.ts';
import './speculation.css';
import { TokenBlock } from './TokenBlock.tsx';
import { TokenDetails } from './TokenDetails.tsx';

/** Tokens of a block, which is drawn again only when one of them changes. */
const BLOCK = 64;

export interface TracedTextProps {
  readonly trace: SpeculationTrace;
  /** Whether refused tokens are shown where they were refused. */
  readonly showRejected: boolean;
}

/**
 * Plain text of an answer in which accepted tokens have the mark of the kind that drafted them. The pointer or the buttons below
 * choose a token, whose origin is said between them.
 */
export function TracedText({ trace, showRejected }: TracedTextProps) {
  const { current: reader } = useRef(new PieceReader());
  const [chosen, setChosen] = useState<number | null>(null);
  const pieces = reader.read(trace);
  const active = chosen !== null && chosen < pieces.length ? chosen : null;

  function point({ target }: PointerEvent): void {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-token]') : null;
    if (element) setChosen(Number(element.dataset.token));
  }

  return (
    <div class="traced">
      <section class="traced-text" dir="auto" aria-label="Answer" onPointerOver={point}>
        {Array.from({ length: Math.ceil(pieces.length / BLOCK) }, (_, block) => {
          const start = block * BLOCK;
          const holdsActive = active !== null && active >= start && active < start + BLOCK;
          return (
            <TokenBlock
              key={start}
              start={start}
              pieces={pieces.slice(start, start + BLOCK)}
              showRejected={showRejected}
              active={holdsActive ? active : null}
            />
          );
        })}
      </section>
      <TokenDetails pieces={pieces} active={active} onChoose={setChosen} />
      <Legend trace={trace} showRejected={showRejected} />
    </div>
  );
}
