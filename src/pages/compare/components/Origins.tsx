import { useState } from 'preact/hooks';
import type { Comparison } from '../../../report/index.ts';
import { Letter } from './Letter.tsx';
import { Table } from './Table.tsx';

/** Provenance of the reports; differences may explain the rest. */
export function Origins({ comparison: { reports, origins } }: { comparison: Comparison }) {
  const several = reports.length > 1;
  const [all, setAll] = useState(false);
  const rows = several && !all ? origins.filter(({ differs }) => differs) : origins;
  return (
    <Table
      title="Where they come from"
      note={
        several && (
          <label>
            <input
              type="checkbox"
              checked={all}
              onChange={({ currentTarget }) => setAll(currentTarget.checked)}
            />{' '}
            Show what they have in common, too
          </label>
        )
      }
      testId="origins"
      head={['Fact', ...reports.map((report, i) => <Letter key={report.id} index={i} />)]}
      rows={rows}
      keyOf={({ name }) => name}
      cells={({ name, values }) => [name, ...values.map(value => value || '—')]}
      empty="They have everything in common."
    />
  );
}
