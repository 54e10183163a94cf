import { Header } from '../../frame/Header.tsx';
import type { Context } from '../context.ts';
import { DeviceCard } from './DeviceCard.tsx';
import { LinkedCase } from './LinkedCase.tsx';
import { Overview } from './Overview.tsx';
import { Reports } from './Reports.tsx';
import { Results } from './Results.tsx';
import { RunPanel } from './RunPanel.tsx';

export function App(context: Context) {
  const { state, dispatch, session } = context;
  const hasDevice = state.device.kind === 'known';
  return (
    <>
      <Header
        page="lab"
        title="GPU lab"
        tagline="What this GPU and this browser compute right, and how fast."
        theme={state.theme}
        onTheme={theme => dispatch({ type: 'theme', theme })}
      />
      <main class="lab">
        <DeviceCard device={state.device} onRetry={() => void session.look()} />
        {hasDevice && state.linked !== null && <LinkedCase {...context} linked={state.linked} />}
        {hasDevice && <RunPanel {...context} />}
        <Reports reports={state.reports} />
        {hasDevice && <Overview state={state} />}
        {state.results.size > 0 && <Results {...context} />}
      </main>
      <footer>
        <p>
          Everything is computed in this tab and stays on this machine: a report goes nowhere unless you give
          it to somebody. It holds what this page shows, the browser’s and the adapter’s names and limits, and
          nothing of your files.
        </p>
      </footer>
    </>
  );
}
