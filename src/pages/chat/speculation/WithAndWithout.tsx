import { rate } from '../format.ts';
import {
  type Comparison,
  type Difference,
  type Running,
  type Verdict,
  verdictOf,
  WAYS,
} from './comparison.ts';
import './speculation.css';

export interface WithAndWithoutProps {
  readonly comparison: Comparison;
  /** Whether there is a request to compare, and a server to ask. */
  readonly isPossible: boolean;
  /** Notes on what the runs will be or are: another model, the last part of an answer. */
  readonly notes: readonly string[];
  onRun(): void;
  onStop(): void;
}

const NAMES = { with: 'with speculation', without: 'without' } as const;

/** Button that answers a request with and without speculation, and the speeds and the equality of the answers. */
export function WithAndWithout({ comparison, isPossible, notes, onRun, onStop }: WithAndWithoutProps) {
  const { pairs, running, problem } = comparison;
  const verdict = verdictOf(pairs);
  return (
    <section class="with-and-without" aria-label="With and without speculation">
      {running === null ? (
        <button type="button" disabled={!isPossible} onClick={onRun}>
          {pairs.length === 0 ? 'Run with and without speculation' : 'Run both again'}
        </button>
      ) : (
        <button type="button" onClick={onStop}>
          Stop
        </button>
      )}
      {notes.map(note => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      {running !== null && <Progress running={running} />}
      <output>
        {running === null && verdict !== null && <VerdictText verdict={verdict} nPairs={pairs.length} />}
        {problem !== null && <p class="problem-text">{problem}</p>}
      </output>
      {verdict !== null && <Speeds verdict={verdict} />}
    </section>
  );
}

/** Progress of a run, which is not read out with every token. */
function Progress({ running: { way, isSecond, nTokens, perSecond } }: { running: Running }) {
  return (
    <p class="running" data-testid="comparison-progress">
      Running {NAMES[way]}, {isSecond ? 2 : 1} of 2: {nTokens} tokens
      {perSecond > 0 && `, ${rate(perSecond)} per second`}
    </p>
  );
}

function Speeds({ verdict: { perSecond } }: { verdict: Verdict }) {
  const fastest = Math.max(perSecond.with, perSecond.without);
  return (
    <dl class="ways">
      {WAYS.map(way => (
        <div key={way}>
          <dt>{NAMES[way]}</dt>
          <dd>
            <span class="bar" style={{ '--share': fastest > 0 ? perSecond[way] / fastest : 0 }} />
            {rate(perSecond[way])} tokens/s
          </dd>
        </div>
      ))}
    </dl>
  );
}

function VerdictText({
  verdict: { ratio, hasDrafts, difference },
  nPairs,
}: {
  verdict: Verdict;
  nPairs: number;
}) {
  return (
    <>
      {ratio !== null && (
        <p>
          <strong>{ratio.toFixed(2)} ×</strong> as fast with speculation
          {nPairs > 1 && `, over ${nPairs} runs of each`}.
        </p>
      )}
      {!hasDrafts && <p>Nothing was drafted: drafts are turned off, or do not pay on this adapter.</p>}
      <p>{difference === null ? 'The answers are equal, token by token.' : differenceText(difference)}</p>
    </>
  );
}

function differenceText({ at, texts }: Difference): string {
  const said = (text: string | null) => (text === null ? 'nothing' : JSON.stringify(text));
  return `The answers differ: token ${at + 1} is ${said(texts.with)} with speculation and ${said(texts.without)} without.`;
}
