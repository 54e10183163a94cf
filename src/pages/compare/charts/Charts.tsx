import type { CheckRow, Comparison, SpeedRow } from '../../../report/index.ts';
import { Letter } from '../components/Letter.tsx';
import { DepthPlot } from './DepthPlot.tsx';
import { ErrorPlot } from './ErrorPlot.tsx';
import { KernelBars } from './KernelBars.tsx';

export interface ChartsProps {
  readonly comparison: Comparison;
  readonly checks: readonly CheckRow[];
  readonly speeds: readonly SpeedRow[];
}

/** Charts of a comparison. */
export function Charts({ comparison, checks, speeds }: ChartsProps) {
  return (
    <section class="section" data-testid="charts">
      <h2>At a glance</h2>
      <p class="key">
        {comparison.labels.map((label, i) => (
          <span key={comparison.reports[i].id}>
            <Letter index={i} /> {label}
          </span>
        ))}
      </p>
      <div class="charts">
        <KernelBars comparison={comparison} rows={speeds} />
        <div>
          <ErrorPlot comparison={comparison} rows={checks} />
          <DepthPlot comparison={comparison} />
        </div>
      </div>
    </section>
  );
}
