import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** Number of rows that are drawn at first. */
const FIRST_ROWS = 20;

export interface TableProps<Row> {
  readonly title: string;
  readonly note: ComponentChildren;
  readonly testId: string;
  readonly head: readonly ComponentChildren[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly cells: (row: Row) => readonly ComponentChildren[];
  readonly empty: string;
}

/**
 * Section with a table. A wide table scrolls sideways, also with the arrow keys once it has the focus. The first cell of a row is
 * its header.
 */
export function Table<Row>({ title, note, testId, head, rows, keyOf, cells, empty }: TableProps<Row>) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, FIRST_ROWS);
  return (
    <section class="section" data-testid={testId}>
      <h2>
        {title} <small>{rows.length}</small>
      </h2>
      <p class="note">{note}</p>
      {rows.length === 0 ? (
        <p>{empty}</p>
      ) : (
        <section class="wide" aria-label={title}>
          <table>
            <thead>
              <tr>
                {head.map((name, i) => (
                  <th key={i} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(row => {
                const [name, ...others] = cells(row);
                return (
                  <tr key={keyOf(row)}>
                    <th scope="row">{name}</th>
                    {others.map((cell, i) => (
                      <td key={i}>{cell}</td>
                    ))}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
      {shown.length < rows.length && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {rows.length}
        </button>
      )}
    </section>
  );
}
