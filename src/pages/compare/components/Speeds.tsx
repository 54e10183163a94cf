import {
  type Comparison,
  figure,
  OTHER_SHADERS,
  percent,
  type SpeedCell,
  type SpeedRow,
  shareWords,
} from '../../../report/index.ts';
import { Letter } from './Letter.tsx';
import { Table } from './Table.tsx';

export interface SpeedsProps {
  readonly comparison: Comparison;
  readonly rows: readonly SpeedRow[];
  readonly onlyDifferences: boolean;
}

/** Table of speeds, the largest differences beyond noise first. */
export function Speeds({ comparison: { reports, reference, labels }, rows, onlyDifferences }: SpeedsProps) {
  const shown = onlyDifferences ? rows.filter(({ differs }) => differs) : rows;
  const several = reports.length > 1;
  return (
    <Table
      title="Speed"
      note={
        several
          ? `Medians, and the range of the samples without their worst. Shares are of the best in the row; ≈ means that the ranges overlap, so that the difference may be noise. Arrows compare with the reference, ${labels[reference]}.`
          : 'Medians, and the range of the samples without their worst.'
      }
      testId="speeds"
      head={['Timing', ...reports.map((report, i) => <Letter key={report.id} index={i} />)]}
      rows={shown}
      keyOf={row => row.key}
      cells={row => [
        <span key="name">
          <code>{row.id}</code> {row.how && <small>{row.how}</small>}{' '}
          {row.hasOtherShaders && <small class="warning">{OTHER_SHADERS}</small>}
        </span>,
        ...row.cells.map((cell, i) => (
          <Cell key="cell" cell={cell} unit={row.unit} several={several} isReference={i === reference} />
        )),
      ]}
      empty={onlyDifferences ? 'No differences beyond noise among these timings.' : 'No timings match.'}
    />
  );
}

interface CellProps {
  readonly cell: SpeedCell | null;
  readonly unit: string;
  readonly several: boolean;
  readonly isReference: boolean;
}

function Cell({ cell, unit, several, isReference }: CellProps) {
  if (cell === null) return <span class="note">not run</span>;
  if (cell.status !== 'success') {
    return (
      <span class={`check ${cell.status}`} title={cell.message}>
        {cell.status}
      </span>
    );
  }
  const { median, low, high, ofBest, ofLimit, noisy, spread, wrong, againstReference, againstBest } = cell;
  return (
    <div class="timing">
      <span>
        <b>{figure(median)}</b> {unit}{' '}
        <small>
          {figure(low)}–{figure(high)}
        </small>
      </span>
      {several && (
        <span class="share">
          <span class={ofBest < 1 && againstBest === 'noise' ? 'meter near' : 'meter'} aria-hidden="true">
            <span style={{ width: percent(ofBest).replace(' ', '') }} />
          </span>
          {shareWords(cell)}
          {!isReference && againstReference !== 'noise' && (
            <span class={againstReference}>{againstReference === 'faster' ? ' ▲ faster' : ' ▼ slower'}</span>
          )}
        </span>
      )}
      {ofLimit !== null && <small>{percent(ofLimit)} of its own limit</small>}
      {noisy && <small class="warning">noisy: spread {percent(spread)}</small>}
      {wrong && <small class="wrong">computes a wrong result</small>}
    </div>
  );
}
