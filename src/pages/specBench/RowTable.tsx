import { figure, percent } from '../../report/compare/words.ts';
import { acceptanceOf } from '../../report/specBench/markdown.ts';
import type { SpecBenchRow } from '../../report/specBench/schema.ts';
import { Table } from '../compare/components/Table.tsx';

/** All figures of one temperature. */
export function RowTable({ rows }: { rows: readonly SpecBenchRow[] }) {
  return (
    <Table
      title="Figures"
      note="Speeds are tokens per second of each run, behind the first token. Acceptance is the share of the drafts that have a token at the position."
      testId="rows"
      head={['Kind and category', 'Speed-up', 'Tokens/s', 'Tokens per round', 'Accepted', 'By position']}
      rows={rows}
      keyOf={({ kind, category }) => `${kind} ${category}`}
      cells={row => [
        `${row.kind}, ${row.category}`,
        row.speedup === null ? '' : `${row.speedup.toFixed(2)}×`,
        row.tokensPerSecond.map(figure).join(', '),
        row.tokensPerRound.toFixed(2),
        row.draft_n === 0 ? '' : `${percent(row.draft_n_accepted / row.draft_n)} of ${row.draft_n}`,
        acceptanceOf(row).map(percent).join(', '),
      ]}
      empty="No answers at this temperature."
    />
  );
}
