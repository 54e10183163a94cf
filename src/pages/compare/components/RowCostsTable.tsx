import { type Comparison, type RowCostsRow, rowCostWords } from '../../../report/index.ts';
import { Letter } from './Letter.tsx';
import { Table } from './Table.tsx';

export interface RowCostsTableProps {
  readonly comparison: Comparison;
  readonly rows: readonly RowCostsRow[];
}

/** Table of the costs of several rows at once; nothing if no report has them. */
export function RowCostsTable({ comparison: { reports }, rows }: RowCostsTableProps) {
  if (rows.length === 0) return null;
  return (
    <Table
      title="Several rows at once"
      note="Time of a product of several rows relative to that of one: the cost of verifying a draft. 1 would be free."
      testId="row-costs"
      head={['Product', ...reports.map((report, i) => <Letter key={report.id} index={i} />)]}
      rows={rows}
      keyOf={row => row.key}
      cells={row => [
        <span key="name">
          <code>{row.id}</code> <small>{row.how}</small>
        </span>,
        ...row.cells.map((costs, i) => <span key={reports[i].id}>{rowCostWords(costs)}</span>),
      ]}
      empty="No products match."
    />
  );
}
