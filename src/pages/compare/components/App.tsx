import { useMemo } from 'preact/hooks';
import { compareReports, summaryOf } from '../../../report/index.ts';
import { Header } from '../../frame/Header.tsx';
import { Charts } from '../charts/Charts.tsx';
import { matches } from '../filter.ts';
import type { Action, State } from '../state.ts';
import { AddReports } from './AddReports.tsx';
import { Checks } from './Checks.tsx';
import { DropTarget } from './DropTarget.tsx';
import { Filters } from './Filters.tsx';
import { Incidents } from './Incidents.tsx';
import { Origins } from './Origins.tsx';
import { Refusals } from './Refusals.tsx';
import { ReportCards } from './ReportCards.tsx';
import { RowCostsTable } from './RowCostsTable.tsx';
import { Speeds } from './Speeds.tsx';

export interface AppProps {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
  readonly onFiles: (files: Iterable<File>) => void;
  /** Null if the page cannot be saved as one file. */
  readonly onShare: (() => void) | null;
}

export function App({ state, dispatch, onFiles, onShare }: AppProps) {
  const { theme, reports, refusals } = state;
  return (
    <>
      <Header
        page={onShare ? 'compare' : null}
        title="Compare reports"
        tagline="What GPUs and browsers compute right, and how fast, side by side."
        theme={theme}
        onTheme={theme => dispatch({ type: 'theme', theme })}
      />
      <main class="compare">
        <Refusals refusals={refusals} onDismiss={id => dispatch({ type: 'dismiss', id })} />
        <AddReports isEmpty={reports.length === 0} onFiles={onFiles} onShare={onShare} />
        {reports.length > 0 && <Compared state={state} dispatch={dispatch} />}
      </main>
      <footer>
        <p>Reports are read in this tab and go nowhere. What is saved as a file holds them whole.</p>
      </footer>
      <DropTarget onFiles={onFiles} />
    </>
  );
}

function Compared({ state, dispatch }: Pick<AppProps, 'state' | 'dispatch'>) {
  const { reports, filter, isExample } = state;
  const reference = Math.max(
    0,
    reports.findIndex(({ id }) => id === state.reference),
  );
  const comparison = useMemo(() => compareReports(reports, reference), [reports, reference]);
  const checks = comparison.checks.filter(row => matches(filter, row));
  const speeds = comparison.speeds.filter(row => matches(filter, row));
  return (
    <>
      <ReportCards comparison={comparison} isExample={isExample} dispatch={dispatch} />
      <p class="summary" role="status" data-testid="summary">
        {summaryOf(comparison)}
      </p>
      <Filters
        comparison={comparison}
        filter={filter}
        onFilter={filter => dispatch({ type: 'filter', filter })}
      />
      <Checks comparison={comparison} rows={checks} onlyDifferences={filter.onlyDifferences} />
      <Charts comparison={comparison} checks={checks} speeds={speeds} />
      <Speeds comparison={comparison} rows={speeds} onlyDifferences={filter.onlyDifferences} />
      <RowCostsTable comparison={comparison} rows={comparison.rowCosts.filter(row => matches(filter, row))} />
      <Incidents reports={reports} labels={comparison.labels} />
      <Origins comparison={comparison} />
    </>
  );
}
