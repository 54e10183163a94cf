import { useState } from 'preact/hooks';
import { type CheckRow, type Comparison, figure, letterOf } from '../../../report/index.ts';
import { Plot, type Point } from './Plot.tsx';

/** Range of the shares of the tolerance, so that an exact zero and an infinity can be drawn, too. */
const [LEAST, MOST] = [1e-6, 1e6];

/** Errors by one dimension of the shape, as multiples of the tolerance. */
export function ErrorPlot({ comparison, rows }: { comparison: Comparison; rows: readonly CheckRow[] }) {
  const numbers = numbersOf(rows);
  const [chosen, setChosen] = useState<string | null>(null);
  const name = numbers.find(candidate => candidate === chosen) ?? numbers[0];
  if (name === undefined) return null;
  const series = comparison.reports.map((report, i) => ({
    report: i,
    label: report.id,
    points: rows.flatMap(row => pointsOf(row, i, name)),
  }));
  return (
    <div class="chart-choice">
      <label>
        <span>Error against</span>{' '}
        <select value={name} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
          {numbers.map(option => (
            <option key={option}>{option}</option>
          ))}
        </select>
      </label>
      <Plot
        title={`Error by ${name}: NMSE as a multiple of what is tolerated`}
        kind="dots"
        xLabel={name}
        yLabel="NMSE ÷ tolerance"
        series={series}
        limit={{ y: 1, label: 'wrong above this line' }}
      />
    </div>
  );
}

/** Parameters with several values among the cases with a tolerance, the most varied first. */
function numbersOf(rows: readonly CheckRow[]): string[] {
  const values = new Map<string, Set<number>>();
  for (const { parameters, cells } of rows) {
    if (!cells.some(cell => cell?.nmse != null && cell.tolerance)) continue;
    for (const [name, value] of Object.entries(parameters)) {
      if (typeof value === 'number') values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  return [...values].sort(([, a], [, b]) => b.size - a.size).map(([name]) => name);
}

function pointsOf({ id, parameters, cells }: CheckRow, report: number, name: string): Point[] {
  const x = parameters[name];
  const cell = cells[report];
  if (typeof x !== 'number' || cell?.nmse == null || !cell.tolerance) return [];
  const share = cell.nmse / cell.tolerance;
  const y = Math.min(MOST, Math.max(LEAST, Number.isNaN(share) ? MOST : share));
  return [
    {
      x,
      y,
      title: `${letterOf(report)}, ${id}: NMSE ${figure(cell.nmse)}`,
      wrong: cell.status === 'wrong-result',
    },
  ];
}
