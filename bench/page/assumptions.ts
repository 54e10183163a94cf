import { type Measurement, type Report, rowCostsOf } from '../../src/report/index.ts';
import { ForetokenError } from '../../src/util/errors.ts';
import type { GpuAssumptions } from './prediction.ts';

/** Kernel cases from which the assumptions come; the lab times both as the adapter's models would run them. */
const PRODUCT = 'mul_mat:weight=Q4_0,n=2048,k=2048';
const OWN = 'base, own, from memory';

/**
 * Assumptions about the GPU of a lab's report, at a depth; `rest` has what the lab does not measure. Throws `invalid_report` for
 * a report without the timings.
 */
export function assumptionsOf(report: Report, depth: number, rest: GpuAssumptions): GpuAssumptions {
  const { dispatchMs, submitToReadbackMs, kickedReadbackMs } = report.speed.limits;
  const readbacks = [submitToReadbackMs, ...(kickedReadbackMs ? [kickedReadbackMs] : [])].map(seconds);
  const products = rowCostsOf(report).find(({ id, how }) => id === PRODUCT && how === OWN);
  if (!products) throw missing(`${PRODUCT} (${OWN}) of several rows`);
  return {
    ...rest,
    bytesPerSecond: bytesPerSecond(
      report,
      'mul_mat',
      ({ weight, rows, n, k }) => PRODUCT === `mul_mat:weight=${weight},n=${n},k=${k}` && rows === 1,
    ),
    rowCosts: products.costs,
    depth,
    cacheBytesPerSecond: bytesPerSecond(report, 'attention', axes => axes.depth === depth),
    dispatchGapSeconds: seconds(dispatchMs),
    // Empty submits are made where they help.
    readbackSeconds: Math.min(...readbacks),
  };
}

type Axes = Report['speed']['kernels'][number]['parameters'];

function bytesPerSecond(report: Report, kernel: string, isWanted: (axes: Axes) => boolean): number {
  for (const timed of report.speed.kernels) {
    const isRight = timed.kernel === kernel && timed.fromMemory && isWanted(timed.parameters);
    if (isRight && timed.status === 'success') return 1e9 * timed.gbPerSecond;
  }
  throw missing(kernel);
}

function seconds(measurement: Measurement): number {
  if (measurement.status !== 'success') throw missing('a limit of the adapter');
  return measurement.median / 1000;
}

function missing(what: string): ForetokenError {
  return new ForetokenError(
    'invalid_report',
    `the report has no time of ${what}; give one of the set full, made by this version`,
  );
}
