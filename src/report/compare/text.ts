import type { Report } from '../schema/report.ts';
import { type Check, type CheckRow, compareChecks, hasFault } from './checks.ts';
import type { Comparison } from './compare.ts';
import type { SpeedRow } from './speeds.ts';
import { checkWords, OTHER_SHADERS, percent, rowCostWords, speedWords, summaryOf } from './words.ts';

export type TextFormat = 'text' | 'markdown';

/** Number of printed rows of a table; the page shows them all. */
const MAX_ROWS = 40;

/** Formats a comparison as tables, for a terminal or for a comment on a pull request. Agreement is counted, not listed. */
export function comparisonText(comparison: Comparison, format: TextFormat): string {
  const { labels, checks, speeds, rowCosts, origins, reports } = comparison;
  const several = reports.length > 1;
  const letters = labels.map((_, i) => letterOf(i));
  const heading = (title: string) => (format === 'markdown' ? `### ${title}` : title.toUpperCase());
  const section = (
    title: string,
    head: readonly string[],
    rows: readonly (readonly string[])[],
    rest: string,
  ) =>
    rows.length === 0
      ? []
      : [
          heading(title),
          [...table(head, rows.slice(0, MAX_ROWS), format), more(rows.length), rest]
            .filter(Boolean)
            .join('\n'),
        ];

  const worthTelling = checks.filter(hasFault);
  const quiet = checks.length - worthTelling.length;
  const shownSpeeds = several ? speeds.filter(({ differs }) => differs) : speeds;
  const ofLimit = shownSpeeds.some(({ cells }) =>
    cells.some(cell => cell?.status === 'success' && cell.ofLimit !== null),
  );
  const reasons = worthTelling.slice(0, MAX_ROWS).flatMap(row => reasonsOf(row, letters));
  return [
    summaryOf(comparison),
    ...section(
      'Reports',
      ['', 'adapter', 'browser', 'Foretoken', 'run', 'omitted'],
      reports.map((report, i) => [
        letters[i],
        labels[i],
        `${report.provenance.browser.name} ${report.provenance.browser.version}`,
        `${report.provenance.foretoken.version} ${report.provenance.foretoken.commit.slice(0, 8)}`,
        `${report.set}, ${report.startedAt.slice(0, 16).replace('T', ' ')}`,
        report.omitted.map(({ part }) => part).join(', '),
      ]),
      '',
    ),
    ...section(
      'Correctness',
      ['check', ...letters],
      worthTelling.map(row => [nameOf(row), ...row.cells.map(checkWords)]),
      quiet > 0 ? `${quiet} more: nothing wrong in what an adapter can do.` : '',
    ),
    ...(reasons.length > 0 ? [reasons.join('\n')] : []),
    ...section(
      several ? 'Speed: what differs by more than noise' : 'Speed',
      ['timing', ...letters, ...(ofLimit ? letters.map(letter => `${letter} of own limit`) : [])],
      shownSpeeds.map(row => [
        nameOf(row),
        ...row.cells.map(cell => speedWords(cell, row.unit)),
        ...(ofLimit
          ? row.cells.map(cell =>
              cell?.status === 'success' && cell.ofLimit !== null ? percent(cell.ofLimit) : '',
            )
          : []),
      ]),
      several ? `${speeds.length - shownSpeeds.length} more: within noise, or measured by one alone.` : '',
    ),
    ...section(
      'Several rows at once, relative to one',
      ['product', ...letters],
      rowCosts.map(row => [`${row.id} (${row.how})`, ...row.cells.map(rowCostWords)]),
      '',
    ),
    ...section(
      'Where they differ',
      ['', ...letters],
      several
        ? origins.filter(({ differs }) => differs).map(({ name, values }) => [name, ...values.map(short)])
        : [],
      '',
    ),
  ].join('\n\n');
}

/** Faults of one report, a line for each check that is not right. */
export function faultLines(report: Report): string[] {
  return compareChecks([report])
    .filter(hasFault)
    .map(row => [`${nameOf(row)}: ${checkWords(row.cells[0])}`, ...why(row.cells[0])].join('; '));
}

/** Letter of a column: A, B, …. */
export function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `#${index + 1}`;
}

function nameOf({ id, how, hasOtherShaders }: CheckRow | SpeedRow): string {
  const notes = [how, hasOtherShaders ? OTHER_SHADERS : ''].filter(note => note !== '');
  return notes.length === 0 ? id : `${id} (${notes.join('; ')})`;
}

/** Reasons why a check failed, below its table. */
function reasonsOf({ id, cells }: CheckRow, letters: readonly string[]): string[] {
  return cells.flatMap((cell, i) => {
    const words = why(cell);
    return words.length > 0 ? [`${letters[i]}, ${id}: ${words.join('; ')}`] : [];
  });
}

/** Message of a check that is not right. */
function why(cell: Check | null): string[] {
  if (!cell?.message || cell.status === 'success') return [];
  return [cell.message.split('\n')[0], ...(cell.firstBad ? [cell.firstBad] : [])];
}

function more(nRows: number): string {
  return nRows > MAX_ROWS ? `… and ${nRows - MAX_ROWS} rows more; --format json has them all.` : '';
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function table(head: readonly string[], rows: readonly (readonly string[])[], format: TextFormat): string[] {
  if (format === 'markdown') {
    const line = (cells: readonly string[]) =>
      `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    return ['', line(head), line(head.map(() => '---')), ...rows.map(line), ''].slice(1);
  }
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(cells => cells[column].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map(width => '─'.repeat(width))), ...rows.map(line)];
}
