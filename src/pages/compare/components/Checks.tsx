import {
  type Check,
  type CheckRow,
  type Comparison,
  checkWords,
  OTHER_SHADERS,
} from '../../../report/index.ts';
import { Letter } from './Letter.tsx';
import { Table } from './Table.tsx';

export interface ChecksProps {
  readonly comparison: Comparison;
  readonly rows: readonly CheckRow[];
  readonly onlyDifferences: boolean;
}

/** Table of checks, contradictions first. */
export function Checks({ comparison, rows, onlyDifferences }: ChecksProps) {
  const { reports } = comparison;
  const shown = onlyDifferences
    ? rows.filter(({ agreement }) => agreement === 'differs' || agreement === 'figures')
    : rows;
  return (
    <Table
      title="Correctness"
      note="Every kernel against its CPU twin, and the checks of whole models. What one report passes and another does not comes first; only what both have run is held against one of them."
      testId="checks"
      head={['Check', ...reports.map((report, i) => <Letter key={report.id} index={i} />), 'Together']}
      rows={shown}
      keyOf={row => row.key}
      cells={row => [
        <Name key="name" row={row} />,
        ...row.cells.map(cell => <Cell key="cell" check={cell} />),
        togetherWords(row),
      ]}
      empty={onlyDifferences ? 'No differences among these checks.' : 'No checks match.'}
    />
  );
}

/** Id of a case, which expands to the reports' messages and a link to the lab. */
function Name({ row: { id, how, job, hasOtherShaders, cells } }: { row: CheckRow }) {
  const reasons = cells.flatMap((cell, i) => (cell?.message ? [{ i, cell, message: cell.message }] : []));
  return (
    <details class="case">
      <summary>
        <code>{id}</code> {how && <small>{how}</small>}{' '}
        {hasOtherShaders && <small class="warning">{OTHER_SHADERS}</small>}
      </summary>
      {reasons.map(({ i, cell, message }) => (
        <div key={i} class="reason">
          <Letter index={i} />
          <div>
            {cell.firstBad && <p>First bad value: {cell.firstBad}</p>}
            <pre>{message}</pre>
          </div>
        </div>
      ))}
      {job !== null && (
        // A saved page has no lab beside it.
        <p hidden={location.protocol === 'file:'}>
          <a href={`lab.html?case=${encodeURIComponent(job)}`}>Run this case here</a>
        </p>
      )}
    </details>
  );
}

const MARKS: Readonly<Record<Check['status'], string>> = {
  success: '✓',
  'wrong-result': '✗',
  unsupported: '–',
  oom: '!',
  timeout: '!',
  'device-lost': '!',
  'visibility-interrupted': '!',
  error: '!',
};

function Cell({ check }: { check: Check | null }) {
  if (check === null) return <span class="note">not run</span>;
  return (
    <span class={`check ${check.status}`}>
      <span aria-hidden="true">{MARKS[check.status]}</span> {checkWords(check)}
    </span>
  );
}

function togetherWords({ agreement, cells }: CheckRow): string {
  switch (agreement) {
    case 'differs':
      return 'differ';
    case 'figures':
      return 'right, other bits';
    case 'same':
      return cells.length > 1 ? 'agree' : '';
    case 'alone':
      return cells.length > 1 ? 'one only' : '';
  }
}
