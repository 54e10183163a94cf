import type { Align, Cell, Table } from '../document/tree.ts';
import { Inlines } from './Inlines.tsx';
import { scrollable } from './scrollable.ts';

export function TableView({ table: { aligns, head, rows } }: { readonly table: Table }) {
  return (
    <div class="table" {...scrollable('Table')}>
      <table>
        <thead>
          <tr>
            {head.map((cell, column) => (
              <th key={column} scope="col" class={alignClass(aligns[column])}>
                <Inlines nodes={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <CellView key={column} cell={cell} align={aligns[column]} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CellView({ cell, align }: { readonly cell: Cell; readonly align: Align | undefined }) {
  return (
    <td class={alignClass(align)}>
      <Inlines nodes={cell} />
    </td>
  );
}

function alignClass(align: Align | undefined): string | undefined {
  return align ? `align-${align}` : undefined;
}
