import { type Comparison, figure, letterOf, rangeOf, type Throughput } from '../../../report/index.ts';
import { Plot, type Series } from './Plot.tsx';

/** Decoding speed by the number of tokens in the KV cache, for every model and report. */
export function DepthPlot({ comparison: { reports } }: { comparison: Comparison }) {
  const series = reports.flatMap((report, i): Series[] => {
    const models = [...new Set(report.speed.throughput.map(({ model }) => model))];
    return models.map(model => ({
      report: i,
      label: model,
      points: report.speed.throughput
        .flatMap(run => (isDecoding(run) && run.model === model ? [run] : []))
        .sort((a, b) => a.depth - b.depth)
        .map(({ depth, median, samples }) => ({
          x: depth,
          y: median,
          ...rangeOf(samples, 'higher'),
          title: `${letterOf(i)}, ${model}: ${figure(median)} tokens/s at depth ${depth}`,
        })),
    }));
  });
  const drawn = series.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return null;
  return (
    <Plot
      title="Decoding by depth, with the range of the samples"
      kind="lines"
      xLabel="depth"
      yLabel="tokens/s"
      series={drawn}
    />
  );
}

type Measured = Extract<Throughput, { status: 'success' }>;

/** Whether a run was the decoding of a model, without a server around it. */
function isDecoding(run: Throughput): run is Measured {
  return run.status === 'success' && run.kind === 'decode' && run.temperature === undefined;
}
