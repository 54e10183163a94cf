/** Reports of the lab: their format, and their comparison. For Node and for pages. */

export { type BaselineVerdict, judgeBaseline, type Regression } from './baseline.ts';
export { type Agreement, type Check, type CheckRow, excess, isContradiction } from './compare/checks.ts';
export { type Comparison, compareReports } from './compare/compare.ts';
export { type SpeedCell, type SpeedRow, type Timing, worst } from './compare/speeds.ts';
export { adapterName, labelsOf, type Origin } from './compare/subjects.ts';
export { comparisonText, faultLines, letterOf, type TextFormat } from './compare/text.ts';
export {
  checkWords,
  figure,
  OTHER_SHADERS,
  percent,
  rowCostWords,
  shareWords,
  speedWords,
  summaryOf,
} from './compare/words.ts';
export { backendOpsCsv } from './exports/backendOps.ts';
export { llamaBenchJsonl } from './exports/llamaBench.ts';
export { checkReport, MAX_REPORT_BYTES, readReport } from './read.ts';
export { numberOf, real } from './real.ts';
export { type RowCost, type RowCostsRow, rowCostsOf } from './rowCosts.ts';
export { type Better, measured, NOISY_SPREAD, rangeOf, type Verdict, verdictOn } from './samples.ts';
export type { ConformanceCase, Control, DraftCheck, Golden, Invariance } from './schema/correctness.ts';
export type { Measurement, Parameters, Real } from './schema/parts.ts';
export type { Provenance } from './schema/provenance.ts';
export { type Incident, PARTS, type Part, REPORT_SCHEMA, type Report } from './schema/report.ts';
export type { KernelSpeed, Load, OwnLimits, Speculation, Speed, Throughput } from './schema/speed.ts';
export { withReports } from './share.ts';
export { type KernelShape, kernelSpeed } from './speedOf.ts';
export { type Failure, STATUSES, type Status, UNMEASURED, type Unmeasured } from './status.ts';
export { type ReportVerdict, verdictOf, verdictWords } from './verdict.ts';
