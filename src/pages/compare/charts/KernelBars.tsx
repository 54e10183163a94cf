import { type Comparison, figure, percent, type SpeedRow } from '../../../report/index.ts';
import { Letter } from '../components/Letter.tsx';

/** Number of kernels to draw; the table has them all. */
const MAX_KERNELS = 8;

/** Speed of kernels as shares of the best, the largest differences first, with the range of the samples. */
export function KernelBars({ comparison, rows }: { comparison: Comparison; rows: readonly SpeedRow[] }) {
  const drawn = rows
    .filter(
      ({ group, cells }) =>
        group === 'kernels' && cells.filter(cell => cell?.status === 'success').length > 1,
    )
    .slice(0, MAX_KERNELS);
  if (drawn.length === 0) return null;
  return (
    <figure class="chart bars">
      <figcaption>
        Kernel speed, as a share of the best: the {drawn.length} that differ most. Thin lines are the range of
        the samples.
      </figcaption>
      <ul>
        {drawn.map(row => (
          <li key={row.key}>
            <code>{row.id}</code>
            {comparison.reports.map((report, i) => (
              <Bar key={report.id} row={row} index={i} />
            ))}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Bar({ row, index }: { row: SpeedRow; index: number }) {
  const cell = row.cells[index];
  if (cell?.status !== 'success') return null;
  const { ofBest, median, low, high } = cell;
  // Times are inverted, so that the shortest makes the longest bar.
  const share = (time: number) => Math.min(1.15, (ofBest * median) / time) / 1.15;
  const [from, to] = [share(high), share(low)];
  return (
    <div
      class={`bar series-${index % 6}`}
      title={`${figure(median)} ${row.unit}, ${figure(low)} to ${figure(high)}`}
    >
      <Letter index={index} />
      <span class="track">
        <span class="fill" style={{ width: `${100 * share(median)}%` }} />
        <span class="range" style={{ left: `${100 * from}%`, width: `${100 * (to - from)}%` }} />
      </span>
      <small>{percent(ofBest)}</small>
    </div>
  );
}
