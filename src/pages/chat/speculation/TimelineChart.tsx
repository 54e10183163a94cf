import { useLayoutEffect, useMemo, useState } from 'preact/hooks';
import type { SpeculationTrace } from '../../../client/index.ts';
import { useWidth } from '../../compare/charts/useWidth.ts';
import { duration } from '../format.ts';
import { KIND_NAMES, kindsIn } from './kinds.ts';
import { roundAt, timelineOf } from './timeline.ts';

/** Rounds in order of time, a row per kind of draft. A round is as wide as it took, and filled as far as it was accepted. */
export function TimelineChart({ trace }: { trace: SpeculationTrace }) {
  const { ref, width } = useWidth();
  const [chosen, setChosen] = useState<number | null>(null);
  const kinds = useMemo(() => {
    const hasPlain = trace.rounds.some(({ source }) => source === null);
    return [...kindsIn(trace), ...(hasPlain ? [null] : [])];
  }, [trace]);
  const timeline = useMemo(() => timelineOf(trace, kinds, width), [trace, kinds, width]);
  const point = ({ currentTarget, clientX }: MouseEvent) => {
    if (!(currentTarget instanceof Element)) return;
    setChosen(roundAt(timeline, clientX - currentTarget.getBoundingClientRect().left));
  };
  useLayoutEffect(() => {
    if (chosen !== null)
      ref.current?.querySelector('.chosen')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [ref, chosen]);
  const total = duration(timeline.totalMs);
  return (
    <figure class="timeline">
      <figcaption>Rounds over {total}: filled as far as the draft was accepted</figcaption>
      <div class="timeline-rows">
        <ul aria-hidden="true">
          {kinds.map(kind => (
            <li key={kind}>{kind === null ? 'no draft' : KIND_NAMES[kind]}</li>
          ))}
        </ul>
        <div class="timeline-scroll" ref={ref}>
          {width > 0 && (
            <svg
              width={timeline.width}
              height={timeline.height}
              role="img"
              aria-label={`${trace.rounds.length} rounds in ${total}; the tables have the figures`}
              onPointerMove={point}
            >
              {timeline.rows.map(({ kind, rounds, accepted }) => (
                <g key={kind} class={`kind-${kind ?? 'none'}`}>
                  <path class="whole" d={rounds} />
                  <path class="accepted" d={accepted} />
                </g>
              ))}
              {chosen !== null && (
                <rect
                  class="chosen"
                  x={timeline.edges[chosen]}
                  width={timeline.edges[chosen + 1] - timeline.edges[chosen]}
                  height={timeline.height}
                />
              )}
            </svg>
          )}
        </div>
      </div>
      <label class="round">
        <span>{chosen === null ? 'Choose a round' : describe(trace, chosen)}</span>
        <input
          type="range"
          min={1}
          max={trace.rounds.length}
          value={(chosen ?? 0) + 1}
          aria-label="Round"
          aria-valuetext={describe(trace, chosen ?? 0)}
          onInput={({ currentTarget }) => setChosen(currentTarget.valueAsNumber - 1)}
        />
      </label>
    </figure>
  );
}

/** Says what happened in a round: `Round 3, draft model: 2 of 4 accepted in 12 ms`. */
function describe({ rounds }: SpeculationTrace, index: number): string {
  const { source, draft, n_accepted, ms } = rounds[index];
  if (source === null) return `Round ${index + 1}, no draft: 1 token in ${duration(ms)}`;
  return `Round ${index + 1}, ${KIND_NAMES[source]}: ${n_accepted} of ${draft.length} accepted in ${duration(ms)}`;
}
