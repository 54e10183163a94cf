import { useCallback } from 'preact/hooks';
import { verdictOf } from '../../report/specBench/markdown.ts';
import type { SpecBench } from '../../report/specBench/schema.ts';
import { Header } from '../frame/Header.tsx';
import { useFileDrag } from '../frame/useFileDrag.ts';
import { AcceptancePlot } from './AcceptancePlot.tsx';
import { RowTable } from './RowTable.tsx';
import { SpeedupBars } from './SpeedupBars.tsx';
import type { Action, State } from './state.ts';

export interface AppProps {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
  readonly onFile: (file: File) => void;
}

/** Page that draws a result of `npm run spec-bench`. */
export function App({ state, dispatch, onFile }: AppProps) {
  const { theme, bench, refusal } = state;
  const onDrop = useCallback(
    ({ dataTransfer }: DragEvent) => {
      const file = dataTransfer?.files[0];
      if (file) onFile(file);
    },
    [onFile],
  );
  const dragging = useFileDrag(onDrop);
  return (
    <>
      <Header
        page={null}
        title="Speculation bench"
        tagline="Speed-up by kind of speculation, and acceptance by position in the draft."
        theme={theme}
        onTheme={theme => dispatch({ type: 'theme', theme })}
      />
      <main class="compare">
        <div role="alert" class="refusals">
          {refusal !== null && (
            <p class="refusal" data-testid="refusal">
              {refusal}
            </p>
          )}
        </div>
        <FilePicker onFile={onFile} />
        {bench !== null && <Result bench={bench} state={state} dispatch={dispatch} />}
      </main>
      <footer>
        <p>Files are read in this tab and go nowhere.</p>
      </footer>
      {dragging && <div class="drop-target">Drop a result to draw it</div>}
    </>
  );
}

function FilePicker({ onFile }: Pick<AppProps, 'onFile'>) {
  return (
    <div class="actions">
      <label class="picker">
        <input
          type="file"
          accept=".json,application/json"
          data-testid="file"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file) onFile(file);
            // Allows choosing the same file again.
            currentTarget.value = '';
          }}
        />
        <span>Open a result…</span>
      </label>
      <span class="note">
        a file that <code>npm run spec-bench -- --json FILE</code> wrote
      </span>
    </div>
  );
}

interface ResultProps extends Pick<AppProps, 'state' | 'dispatch'> {
  readonly bench: SpecBench;
}

function Result({ bench, state: { temperature }, dispatch }: ResultProps) {
  const { model, modelDraft, adapter, browser, runs, nPredict, date, temperatures, absent } = bench;
  const rows = bench.rows.filter(row => row.temperature === temperature);
  return (
    <>
      <p class="summary" role="status" data-testid="summary">
        {modelDraft === null ? model : `${model} with ${modelDraft}`} on {adapter || 'an unnamed adapter'}
      </p>
      <p class={bench.exact ? 'verdict' : 'verdict wrong'} data-testid="verdict">
        {verdictOf(bench)}
      </p>
      <p class="note">
        {date.slice(0, 10)}, Chromium {browser}, {runs} runs, up to {nPredict} tokens per answer.
        {absent.map(({ kind, reason }) => ` Without ${kind}: ${reason}.`)}
      </p>
      <label class="temperature">
        Temperature{' '}
        <select
          value={String(temperature)}
          onChange={({ currentTarget }) =>
            dispatch({ type: 'temperature', temperature: Number(currentTarget.value) })
          }
        >
          {temperatures.map(value => (
            <option key={value}>{value}</option>
          ))}
        </select>
      </label>
      <section class="section" data-testid="charts">
        <h2>At a glance</h2>
        <div class="charts">
          <SpeedupBars bench={bench} rows={rows} />
          <AcceptancePlot bench={bench} rows={rows} />
        </div>
      </section>
      <RowTable rows={rows} />
    </>
  );
}
