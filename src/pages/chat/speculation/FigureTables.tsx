import { duration, percent } from '../format.ts';
import type { Figures } from './figures.ts';
import { KIND_NAMES } from './kinds.ts';

/** Figures of the charts as tables. */
export function FigureTables({ byKind, byPosition, roundsByTokens }: Figures) {
  return (
    <details class="figure-tables">
      <summary>As tables</summary>
      <Table
        title="By kind of draft"
        head={['Kind', 'Rounds', 'Drafted', 'Accepted', 'Share', 'Per round']}
        rows={byKind.map(({ kind, nRounds, nDrafted, nAccepted, ms }) => [
          kind === null ? 'no draft' : KIND_NAMES[kind],
          nRounds,
          nDrafted,
          nAccepted,
          percent(nAccepted, nDrafted),
          duration(ms / nRounds),
        ])}
      />
      <Table
        title="By position in the draft"
        head={['Position', 'Drafted', 'Accepted', 'Share']}
        rows={byPosition.map(({ position, nDrafted, nAccepted }) => [
          position + 1,
          nDrafted,
          nAccepted,
          percent(nAccepted, nDrafted),
        ])}
      />
      <Table
        title="By tokens of the round"
        head={['Tokens', 'Rounds']}
        rows={roundsByTokens.map((nRounds, i) => [i + 1, nRounds])}
      />
    </details>
  );
}

interface TableProps {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

function Table({ title, head, rows }: TableProps) {
  return (
    <table>
      <caption>{title}</caption>
      <thead>
        <tr>
          {head.map(name => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...cells]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((cell, i) => (
              <td key={head[i + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
