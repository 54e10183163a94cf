import type { Report } from '../../../report/index.ts';
import { Letter } from './Letter.tsx';

/** Incidents of the runs, and omitted parts, each with the reason. */
export function Incidents({ reports, labels }: { reports: readonly Report[]; labels: readonly string[] }) {
  if (reports.every(({ incidents, omitted }) => incidents.length + omitted.length === 0)) return null;
  return (
    <section class="section" data-testid="incidents">
      <h2>What happened</h2>
      {reports.map(
        ({ id, incidents, omitted }, i) =>
          incidents.length + omitted.length > 0 && (
            <details key={id} open>
              <summary>
                <Letter index={i} /> {labels[i]}
              </summary>
              <ul class="incidents">
                {incidents.map((incident, n) => (
                  <li key={n}>
                    {incident.at.slice(11, 19)} <b>{incident.what}</b>
                    {incident.caseId && (
                      <>
                        {' '}
                        in <code>{incident.caseId}</code>
                      </>
                    )}
                    : {incident.message}
                  </li>
                ))}
                {omitted.map(({ part, message }) => (
                  <li key={part}>
                    <b>{part}</b> left out: {message}
                  </li>
                ))}
              </ul>
            </details>
          ),
      )}
    </section>
  );
}
