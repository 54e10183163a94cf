import type { Context } from '../context.ts';

const EXAMPLES = ['I believe the meaning of life is', 'Once upon a time', 'The wise old owl said'];

export function PromptForm({ state, session, dispatch }: Context) {
  const running = state.run?.phase === 'running';
  const runnable = state.engine.kind === 'ready' && !running;
  const bundled = state.models.target.kind === 'bundled';
  const run = () => void session.run();
  return (
    <form
      class="prompt"
      onSubmit={event => {
        event.preventDefault();
        run();
      }}
    >
      <label for="prompt">{bundled ? 'Begin a story' : 'Prompt'}</label>
      <textarea
        id="prompt"
        data-testid="prompt"
        rows={2}
        spellcheck={false}
        value={state.prompt}
        onInput={event => dispatch({ type: 'prompt', prompt: event.currentTarget.value })}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
        }}
      />
      {bundled && (
        <ul class="examples" aria-label="Beginnings to try">
          {EXAMPLES.map(prompt => (
            <li key={prompt}>
              <button type="button" onClick={() => dispatch({ type: 'prompt', prompt })}>
                {prompt} …
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="actions">
        <button type="submit" class="primary" data-testid="run" disabled={!runnable}>
          Run
        </button>
        <button type="button" data-testid="stop" disabled={!running} onClick={() => session.stop()}>
          Stop
        </button>
        <span class="keys">
          <kbd>Ctrl</kbd> or <kbd>⌘</kbd> + <kbd>Enter</kbd> runs, <kbd>Esc</kbd> stops
        </span>
      </div>
    </form>
  );
}
