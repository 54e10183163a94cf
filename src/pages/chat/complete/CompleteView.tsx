import { AnswerProblem } from '../components/AnswerProblem.tsx';
import { figuresText } from '../components/figuresText.ts';
import { ProblemCard } from '../components/ProblemCard.tsx';
import { Status } from '../components/Status.tsx';
import type { Context } from '../context.ts';
import { isBundled } from '../state.ts';
import { isRunning } from './completeState.ts';
import { Pieces } from './Pieces.tsx';

const EXAMPLES = ['I believe the meaning of life is', 'Once upon a time', 'The wise old owl said'];

/** Second tab: any text, and how the model goes on with it. */
export function CompleteView({ state, engine, completer, dispatch }: Context) {
  const { prompt, showsOdds, run } = state.complete;
  const running = isRunning(run);
  return (
    <main class="complete">
      <form
        class="prompt"
        onSubmit={event => {
          event.preventDefault();
          void completer.run();
        }}
      >
        <label for="prompt">Text to go on with</label>
        <textarea
          id="prompt"
          data-testid="prompt"
          rows={3}
          dir="auto"
          spellcheck={false}
          value={prompt}
          onInput={event => dispatch({ of: 'complete', type: 'prompt', prompt: event.currentTarget.value })}
          onKeyDown={event => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void completer.run();
          }}
        />
        {isBundled(state) && (
          <ul class="examples" aria-label="Beginnings to try">
            {EXAMPLES.map(text => (
              <li key={text}>
                <button
                  type="button"
                  onClick={() => dispatch({ of: 'complete', type: 'prompt', prompt: text })}
                >
                  {text} …
                </button>
              </li>
            ))}
          </ul>
        )}
        <div class="row">
          <button
            type="submit"
            class="primary"
            data-testid="run"
            disabled={running || state.engine.status.kind === 'failed'}
          >
            Complete
          </button>
          <button type="button" data-testid="stop" disabled={!running} onClick={() => completer.stop()}>
            Stop
          </button>
          <label class="switch">
            <input
              type="checkbox"
              checked={showsOdds}
              data-testid="shows-odds"
              onChange={event =>
                dispatch({ of: 'complete', type: 'showOdds', isOn: event.currentTarget.checked })
              }
            />
            Probabilities and alternatives
          </label>
        </div>
      </form>
      {state.engine.status.kind === 'failed' && (
        <ProblemCard error={state.engine.status.error} engine={engine} dispatch={dispatch} />
      )}
      <Status state={state} />
      {run?.error && <AnswerProblem error={run.error.toWire()} />}
      {run && <Pieces run={run} onAlternative={(index, text) => void completer.branch(index, text)} />}
      <p class="legend">
        <span>
          <mark>proposed by the draft</mark> and accepted
        </span>
        <span>
          <span class="own">chosen by the target</span> itself
        </span>
      </p>
      {run && <p class="ending">{figuresText(run.timings).join(' · ')}</p>}
    </main>
  );
}
