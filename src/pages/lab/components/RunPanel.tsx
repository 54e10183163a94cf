import { SETS } from '../../../lab/labOptions.ts';
import type { Context } from '../context.ts';
import { GROUP_WORDS, groupOf } from '../parts.ts';
import { progressOf, type Running } from '../state.ts';
import { useNow } from '../useNow.ts';

const SET_WORDS = {
  quick: ['Quick', 'every kernel, two models; one to three minutes'],
  full: ['Full', 'more widths, lengths and repetitions; much longer'],
} as const;

/** Choice of the set, buttons, and progress. */
export function RunPanel({ state, dispatch, session }: Context) {
  const { running, set, linked, problem } = state;
  return (
    <section class="run" aria-label="Run">
      <fieldset class="sets" disabled={running !== null}>
        <legend class="hidden">What to run</legend>
        {SETS.map(name => (
          <label key={name} class="set">
            <input
              type="radio"
              name="set"
              checked={set === name}
              onChange={() => dispatch({ type: 'set', set: name })}
            />
            <span>
              {SET_WORDS[name][0]} <small>{SET_WORDS[name][1]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div class="actions">
        {running === null ? (
          <button
            type="button"
            class={linked === null ? 'primary' : ''}
            data-testid="start"
            onClick={() => session.start({ set })}
          >
            Start
          </button>
        ) : (
          <RunButtons running={running} session={session} />
        )}
      </div>
      {problem && (
        <p class="failed" role="alert" data-testid="problem">
          {problem.message}
        </p>
      )}
      <p role="status" data-testid="status">
        {sentence(state)}
      </p>
      {running && <Progress running={running} />}
    </section>
  );
}

function RunButtons({ running, session }: { running: Running } & Pick<Context, 'session'>) {
  const { phase } = running;
  return (
    <>
      {phase === 'paused' ? (
        <button type="button" data-testid="resume" onClick={() => session.resume()}>
          Go on
        </button>
      ) : (
        <button
          type="button"
          data-testid="pause"
          disabled={phase === 'stopping'}
          onClick={() => session.pause()}
        >
          Pause
        </button>
      )}
      <button type="button" data-testid="stop" disabled={phase === 'stopping'} onClick={() => session.stop()}>
        Stop and report
      </button>
    </>
  );
}

/** Status for screen readers; it changes with the part that runs, not with every case. */
function sentence({ running, reports }: Context['state']): string {
  if (!running) return reports.length > 0 ? 'Done.' : 'Ready. Keep this tab in front while it runs.';
  if (running.phase === 'stopping') return 'Stopping…';
  if (running.phase === 'paused') return 'Paused: what is under way is finished, then nothing runs.';
  const job = running.jobs.find(({ id }) => id === running.current);
  return job ? `Running: ${GROUP_WORDS[groupOf(job.part)].title.toLowerCase()}…` : 'Getting ready…';
}

function Progress({ running }: { running: Running }) {
  const now = useNow();
  const { share, secondsLeft } = progressOf(running, now);
  return (
    <div class="progress">
      <progress aria-label="Progress" max={1} value={share} />
      <p class="figures">
        <span>
          {running.done.size} of {running.jobs.length}
          {secondsLeft !== null && ` · ${timeWords(secondsLeft)} to go`}
        </span>
        <code>{running.current}</code>
      </p>
    </div>
  );
}

function timeWords(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  return `about ${Math.ceil(seconds / 60)} min`;
}
