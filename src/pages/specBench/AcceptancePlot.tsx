import { acceptanceOf } from '../../report/specBench/markdown.ts';
import { ALL_CATEGORIES } from '../../report/specBench/schema.ts';
import { Plot, type Series } from '../compare/charts/Plot.tsx';
import type { ChartProps } from './SpeedupBars.tsx';

/** Share of the drafts that were accepted up to each position, for every kind that drafted. */
export function AcceptancePlot({ bench, rows }: ChartProps) {
  const series = rows
    .filter(({ category, draft_n }) => category === ALL_CATEGORIES && draft_n > 0)
    .map(
      (row): Series => ({
        report: bench.kinds.indexOf(row.kind),
        label: row.kind,
        points: acceptanceOf(row).map((share, i) => ({
          x: i + 1,
          y: 100 * share,
          title: `${row.kind}, position ${i + 1}: ${row.draft_n_accepted_per_pos[i]} of ${row.draft_n_per_pos[i]}`,
        })),
      }),
    );
  if (series.length === 0) return <p class="note">Nothing was drafted at this temperature.</p>;
  return (
    <div>
      <Plot
        title="Accepted drafts by position"
        kind="lines"
        xLabel="position in the draft"
        yLabel="% accepted"
        series={series}
      />
      <ul class="kinds">
        {series.map(({ label, report }) => (
          <li key={label} class={`series-${report % 6}`}>
            {label}
          </li>
        ))}
      </ul>
    </div>
  );
}
