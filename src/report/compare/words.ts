import type { RowCost } from '../rowCosts.ts';
import type { Check } from './checks.ts';
import type { Comparison } from './compare.ts';
import type { SpeedCell, SpeedRow, Timing } from './speeds.ts';

/** Three significant digits; thousands in full. */
export function figure(value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (rounded !== 0 && (Math.abs(rounded) >= 1e7 || Math.abs(rounded) < 1e-4)) return rounded.toExponential();
  return String(rounded);
}

export function percent(fraction: number): string {
  return `${Math.round(100 * fraction)} %`;
}

/** Remark on a row whose reports ran different shaders. */
export const OTHER_SHADERS = 'not the same shader text';

/** Text of a cell of the table of checks. */
export function checkWords(check: Check | null): string {
  if (check === null) return 'not run';
  const { status, nmse, digest } = check;
  if (status === 'success') {
    if (nmse === null) return 'right';
    return nmse === 0
      ? 'right, exact'
      : `right, NMSE ${figure(nmse)}${digest ? `, bits ${digest.slice(0, 6)}` : ''}`;
  }
  if (status === 'wrong-result') return `WRONG${nmse === null ? '' : `, NMSE ${figure(nmse)}`}`;
  return status;
}

/** Text of a cell of the table of speeds. */
export function speedWords(cell: SpeedCell | null, unit: string): string {
  if (cell === null) return 'not run';
  if (cell.status !== 'success') return cell.status;
  const marks = [cell.noisy && 'noisy', cell.wrong && 'WRONG RESULT'].filter(Boolean);
  return [`${figure(cell.median)} ${unit} ${shareWords(cell)}`, ...marks].join(', ');
}

/** Describes a timing relative to the best one of its row. */
export function shareWords({ ofBest, againstBest }: Timing): string {
  if (ofBest === 1) return 'best';
  return againstBest === 'noise' ? '≈ best' : percent(ofBest);
}

/** Text of a cell of the table of several rows. */
export function rowCostWords(costs: readonly RowCost[] | null): string {
  if (costs === null) return 'not run';
  return costs.map(({ rows, ratio }) => `${rows}: ${figure(ratio)}×`).join(', ');
}

/** Summary of the comparison in a sentence or two. */
export function summaryOf({ reports, checks, speeds, nContradictions }: Comparison): string {
  const compared = checks.filter(({ agreement }) => agreement !== 'alone');
  const figures = checks.filter(({ agreement }) => agreement === 'figures').length;
  const timed = speeds.filter(isCompared);
  if (reports.length < 2)
    return `One report: ${count(checks.length, 'check')}, ${count(speeds.length, 'timing')}.`;
  const contradictions =
    nContradictions === 0
      ? `All agree on what is right in ${count(compared.length, 'check')} that more than one ran`
      : `${count(nContradictions, 'check')} of ${compared.length} ${nContradictions === 1 ? 'is' : 'are'} right in one report and not in another`;
  const differ = timed.filter(({ differs }) => differs).length;
  const bits =
    figures === 0
      ? ''
      : `, and ${count(figures, 'right answer')} ${figures === 1 ? 'differs' : 'differ'} in bits`;
  const speed =
    timed.length === 0 ? '' : ` ${differ} of ${count(timed.length, 'timing')} differ by more than noise.`;
  return `${contradictions}${bits}.${speed}`;
}

function isCompared({ cells }: SpeedRow): boolean {
  return cells.filter(cell => cell?.status === 'success').length > 1;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
