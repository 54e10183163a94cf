import { assert } from '../../util/assert.ts';
import { compareRowCosts, type RowCostsRow } from '../rowCosts.ts';
import type { Report } from '../schema/report.ts';
import { type CheckRow, compareChecks, isContradiction } from './checks.ts';
import { compareSpeeds, type SpeedRow } from './speeds.ts';
import { labelsOf, type Origin, originsOf } from './subjects.ts';

/** Comparison of any number of reports. */
export interface Comparison {
  readonly reports: readonly Report[];
  readonly labels: readonly string[];
  /** Index of the report with which others are compared. */
  readonly reference: number;
  readonly checks: readonly CheckRow[];
  readonly speeds: readonly SpeedRow[];
  readonly rowCosts: readonly RowCostsRow[];
  readonly origins: readonly Origin[];
  /** Number of checks that one report passes and another does not. */
  readonly nContradictions: number;
}

/** Compares at least one report; `reference` is an index into them. */
export function compareReports(reports: readonly Report[], reference = 0): Comparison {
  assert(reference in reports, () => `no report ${reference} of ${reports.length}`);
  const checks = compareChecks(reports);
  return {
    reports,
    labels: labelsOf(reports),
    reference,
    checks,
    speeds: compareSpeeds(reports, reference),
    rowCosts: compareRowCosts(reports),
    origins: originsOf(reports),
    nContradictions: checks.filter(isContradiction).length,
  };
}
