import { type CheckRow, compareChecks, isContradiction } from './compare/checks.ts';
import { compareSpeeds, type SpeedRow } from './compare/speeds.ts';
import { adapterName } from './compare/subjects.ts';
import type { Report } from './schema/report.ts';

/** Regression of a report against its baseline. */
export interface Regression {
  readonly kind: 'correctness' | 'speed' | 'missing';
  readonly id: string;
  readonly message: string;
}

export interface BaselineVerdict {
  readonly passed: boolean;
  readonly regressions: readonly Regression[];
  /** Reasons to doubt the comparison itself. */
  readonly warnings: readonly string[];
  readonly nChecks: number;
  readonly nTimings: number;
}

/**
 * Compares a report with an older one. A time is a regression if it is more than `maxSlowdown` (0.1 is 10 %) worse and the
 * samples' ranges do not overlap; a check is one if the baseline passed it. Everything that the baseline measured must be
 * present.
 */
export function judgeBaseline(
  report: Report,
  baseline: Report,
  { maxSlowdown }: { readonly maxSlowdown: number },
): BaselineVerdict {
  const checks = compareChecks([baseline, report]).filter(({ cells }) => cells[0]?.status === 'success');
  const speeds = compareSpeeds([baseline, report], 0).filter(({ cells }) => cells[0]?.status === 'success');
  const regressions = [
    ...checks.flatMap(checkRegression),
    ...speeds.flatMap(row => speedRegression(row, maxSlowdown)),
  ];
  return {
    passed: regressions.length === 0,
    regressions,
    warnings: doubts(report, baseline, speeds),
    nChecks: checks.length,
    nTimings: speeds.length,
  };
}

function checkRegression(row: CheckRow): Regression[] {
  const id = [row.id, row.how].filter(Boolean).join(', ');
  const now = row.cells[1];
  if (now === null) return [{ kind: 'missing', id, message: 'was right in the baseline and was not run' }];
  if (now.status === 'success') return [];
  const message = `was right in the baseline, now ${now.status}: ${now.message ?? ''}`;
  return [{ kind: isContradiction(row) ? 'correctness' : 'missing', id, message }];
}

function speedRegression({ id, how, unit, better, cells }: SpeedRow, maxSlowdown: number): Regression[] {
  const [before, now] = cells;
  const named = [id, how].filter(Boolean).join(', ');
  if (before?.status !== 'success') return [];
  if (now?.status !== 'success') {
    const message = `${figure(before.median)} ${unit} in the baseline, now ${now ? `${now.status}: ${now.message}` : 'not measured'}`;
    return [{ kind: 'missing', id: named, message }];
  }
  const slowdown = (better === 'lower' ? now.median / before.median : before.median / now.median) - 1;
  if (slowdown <= maxSlowdown || now.againstReference !== 'slower') return [];
  const message = `${figure(before.median)} → ${figure(now.median)} ${unit}: ${(100 * slowdown).toFixed(0)} % slower, ${(100 * maxSlowdown).toFixed(0)} % allowed`;
  return [{ kind: 'speed', id: named, message }];
}

function doubts(report: Report, baseline: Report, speeds: readonly SpeedRow[]): string[] {
  const warnings: string[] = [];
  const [now, before] = [report, baseline].map(adapterName);
  if (now !== before) warnings.push(`the baseline is of another adapter: ${before}, now ${now}`);
  const [clock, clockBefore] = [report, baseline].map(({ provenance }) => provenance.clock);
  if (clock !== clockBefore) warnings.push(`the baseline was timed by ${clockBefore}, now by ${clock}`);
  const noisy = speeds.filter(({ cells }) => cells.some(cell => cell?.status === 'success' && cell.noisy));
  if (noisy.length > 0)
    warnings.push(`${noisy.length} of ${speeds.length} timings are noisy: slow-downs may be hidden`);
  return warnings;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
