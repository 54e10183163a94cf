import { PLAIN } from '../../report/specBench/answer.ts';
import { ALL_CATEGORIES, type SpecBench, type SpecBenchRow } from '../../report/specBench/schema.ts';

export interface ChartProps {
  readonly bench: SpecBench;
  /** Rows of one temperature. */
  readonly rows: readonly SpecBenchRow[];
}

/** Speed-up of each kind over none, by category. A thin line marks the speed without speculation. */
export function SpeedupBars({ bench, rows }: ChartProps) {
  const drafting = rows.filter(({ kind }) => kind !== PLAIN);
  const largest = Math.max(1, ...drafting.map(({ speedup }) => speedup ?? 0));
  return (
    <figure class="chart bars">
      <figcaption>Speed-up over no speculation, by category of the prompt. The thin line is 1×.</figcaption>
      <ul>
        {[ALL_CATEGORIES, ...bench.categories].map(category => (
          <li key={category}>
            {category}
            {drafting
              .filter(row => row.category === category)
              .map(row => (
                <Bar key={row.kind} row={row} index={bench.kinds.indexOf(row.kind)} largest={largest} />
              ))}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Bar({ row, index, largest }: { row: SpecBenchRow; index: number; largest: number }) {
  const { kind, speedup, tokensPerSecond } = row;
  if (speedup === null) return null;
  return (
    <div
      class={`bar kind series-${index % 6}`}
      title={`${tokensPerSecond.map(Math.round).join(', ')} tokens/s`}
    >
      <span>{kind}</span>
      <span class="track">
        <span class="fill" style={{ width: `${(100 * speedup) / largest}%` }} />
        <span class="one" style={{ left: `${100 / largest}%` }} />
      </span>
      <small>{speedup.toFixed(2)}×</small>
    </div>
  );
}
