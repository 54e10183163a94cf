import { useMemo } from 'preact/hooks';
import type { SpeculationTrace, Timings } from '../../../client/index.ts';
import { percent, rate } from '../format.ts';
import { Columns } from './Columns.tsx';
import { FigureTables } from './FigureTables.tsx';
import { type Figures, figuresOf } from './figures.ts';
import './speculation.css';
import { TimelineChart } from './TimelineChart.tsx';

export interface SpeculationPanelProps {
  readonly trace: SpeculationTrace;
  /** Timings of the answer; null while there are none. */
  readonly timings: Timings | null;
}

/** Figures and charts of the speculation in one answer. */
export function SpeculationPanel({ trace, timings }: SpeculationPanelProps) {
  const figures = useMemo(() => figuresOf(trace, timings), [trace, timings]);
  const { nRounds, nDrafted } = figures;
  return (
    <section class="speculation" aria-label="Speculation in this answer">
      <Headline {...figures} />
      {nRounds > 0 && nDrafted === 0 && <p class="note">Nothing was drafted in this answer.</p>}
      {nDrafted > 0 && (
        <>
          <Columns title="Accepted, by position in the draft" columns={positions(figures)} />
          <Columns title="Rounds, by the tokens they gave" columns={tokensOfRounds(figures)} />
        </>
      )}
      {nRounds > 0 && (
        <>
          <TimelineChart trace={trace} />
          <FigureTables {...figures} />
        </>
      )}
    </section>
  );
}

function Headline({ nDrafted, nAccepted, tokensPerRound, nRounds, perSecond }: Figures) {
  return (
    <dl>
      <div>
        <dt>Draft accepted</dt>
        <dd>
          <strong>{percent(nAccepted, nDrafted)}</strong> {nDrafted > 0 && `${nAccepted} of ${nDrafted}`}
        </dd>
      </div>
      <div>
        <dt>Tokens per round</dt>
        <dd>
          <strong>{nRounds === 0 ? '—' : tokensPerRound.toFixed(1)}</strong> {nRounds} rounds
        </dd>
      </div>
      <div>
        <dt>Speed</dt>
        <dd>
          <strong>{perSecond === null ? '—' : rate(perSecond)}</strong> tokens/s
        </dd>
      </div>
    </dl>
  );
}

function positions({ byPosition }: Figures) {
  return byPosition.map(({ position, nDrafted, nAccepted }) => ({
    label: String(position + 1),
    share: nAccepted / nDrafted,
    value: percent(nAccepted, nDrafted),
    title: `position ${position + 1}: ${nAccepted} of ${nDrafted}`,
  }));
}

function tokensOfRounds({ roundsByTokens }: Figures) {
  const most = Math.max(...roundsByTokens);
  return roundsByTokens.map((n, i) => ({
    label: String(i + 1),
    share: n / most,
    value: String(n),
    title: `${i + 1} ${i === 0 ? 'token' : 'tokens'}: ${n} ${n === 1 ? 'round' : 'rounds'}`,
  }));
}
