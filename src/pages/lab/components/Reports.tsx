import { type Report, verdictOf, verdictWords } from '../../../report/index.ts';

/** Reports of this visit, with buttons to save and compare them. */
export function Reports({ reports }: { reports: readonly Report[] }) {
  const [newest] = reports;
  if (!newest) return null;
  return (
    <section class={verdictOf(newest).passed ? 'reports' : 'reports bad'} aria-labelledby="reports-title">
      <h2 id="reports-title">{reports.length === 1 ? 'Your report' : 'Your reports'}</h2>
      <ul>
        {reports.map((report, i) => (
          <li key={report.id}>
            <p data-testid={i === 0 ? 'verdict' : undefined}>{verdictWords(verdictOf(report))}</p>
            <div class="actions">
              <button
                type="button"
                class={i === 0 ? 'primary' : ''}
                data-testid={i === 0 ? 'download' : undefined}
                onClick={() => download(report)}
              >
                Download as JSON
              </button>
              <small>
                {report.set === 'own' ? 'single cases' : report.set}, {seconds(report)} s
              </small>
            </div>
          </li>
        ))}
      </ul>
      <p class="note">
        <a href="compare.html" target="_blank" rel="noopener">
          Compare it
        </a>{' '}
        with reports of other machines, browsers or drivers, or attach it to a bug report.
      </p>
    </section>
  );
}

function seconds({ startedAt, finishedAt }: Report): number {
  return Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
}

function download(report: Report): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(report)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `foretoken-report-${report.id}.json`;
  link.click();
  // Revoke later, because revoking at once stops the download in some browsers.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
