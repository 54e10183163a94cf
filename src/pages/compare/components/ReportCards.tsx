import type { Comparison, Report } from '../../../report/index.ts';
import type { Action } from '../state.ts';
import { Letter } from './Letter.tsx';

export interface ReportCardsProps {
  readonly comparison: Comparison;
  readonly isExample: boolean;
  readonly dispatch: (action: Action) => void;
}

/** Card of each report, with the choice of the reference and a button to remove it. */
export function ReportCards({ comparison, isExample, dispatch }: ReportCardsProps) {
  const { reports, labels, reference } = comparison;
  return (
    <section aria-label="Reports">
      {isExample && (
        <p class="note">Examples, as measured on software adapters. Your own reports take their place.</p>
      )}
      <ul class="cards">
        {reports.map((report, i) => (
          <li key={report.id} class="card" data-testid="report">
            <h2>
              <Letter index={i} /> {labels[i]}
            </h2>
            <p class="note">
              {report.provenance.browser.name} {report.provenance.browser.version} · {report.set} ·{' '}
              {report.startedAt.slice(0, 16).replace('T', ' ')}
            </p>
            <Score report={report} />
            <div class="card-actions">
              {reports.length > 1 && (
                <label>
                  <input
                    type="radio"
                    name="reference"
                    checked={i === reference}
                    onChange={() => dispatch({ type: 'reference', id: report.id })}
                  />{' '}
                  Reference
                </label>
              )}
              <button
                type="button"
                class="quiet"
                aria-label={`Remove ${labels[i]}`}
                onClick={() => dispatch({ type: 'remove', id: report.id })}
              >
                Remove
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Counts of checks by result, and of omitted parts. */
function Score({ report }: { report: Report }) {
  const { conformance, controls, invariance, goldens, drafts, omitted, incidents } = report;
  const statuses = [...conformance, ...controls, ...invariance, ...goldens, ...drafts].map(
    ({ status }) => status,
  );
  const count = (...wanted: readonly string[]) => statuses.filter(status => wanted.includes(status)).length;
  const nRight = count('success');
  const nWrong = count('wrong-result');
  const nUnsupported = count('unsupported');
  const nFailed = statuses.length - nRight - nWrong - nUnsupported;
  const parts = [
    nFailed > 0 && `${nFailed} not finished`,
    nUnsupported > 0 && `${nUnsupported} unsupported`,
    incidents.length > 0 && `${incidents.length} ${incidents.length === 1 ? 'incident' : 'incidents'}`,
  ].filter(part => part !== false);
  return (
    <p class="score">
      <span class="right">{nRight} right</span>
      <span class={nWrong > 0 ? 'wrong' : 'note'}>{nWrong} wrong</span>
      {parts.length > 0 && <span class="note">{parts.join(', ')}</span>}
      {omitted.length > 0 && (
        <span class="note" title={omitted.map(({ part, message }) => `${part}: ${message}`).join('\n')}>
          {omitted.length} {omitted.length === 1 ? 'part' : 'parts'} left out
        </span>
      )}
    </p>
  );
}
