import type { Accesses, Counts } from './assembly/counts.ts';
import type { Failure, Figures } from './figures.ts';

type Cell = string | number | null | undefined;
type TableRow = Readonly<Record<string, Cell>>;

/** Table of all figures. docs/shader-stats.md explains the columns. */
export function figuresTable(rows: readonly (Figures | Failure)[]): string {
  return markdown(rows.map(row => ('error' in row ? failureRow(row) : figuresRow(row))));
}

function failureRow({ gpu, label, error }: Failure): TableRow {
  return { gpu, kernel: label, error: error.slice(0, 110) };
}

function figuresRow({ gpu, label, analysis, rates, ...row }: Figures): TableRow {
  const { hot } = analysis;
  return {
    gpu,
    kernel: label,
    sg: row.subgroup,
    regs: row.registers,
    spills: row.spills,
    waves: row.occupancy,
    'res.%': row.resident,
    lds: row.storage,
    instr: row.instructions,
    bytes: row.codeBytes,
    latency: row.latency,
    'inv.tp': row.inverseThroughput,
    'loop alu': hot?.alu,
    fma: hot?.fma,
    cvt: hot?.cvt,
    loads: hot && accessesText(hot.loads),
    'w/trip': rates?.weightsPerTrip,
    'alu/w': rates?.aluPerWeight,
    'slots/w': rates?.slotsPerWeight,
    'B/w': rates?.bytesPerWeight,
    'alu:mem': rates?.aluOverMemory,
    'fill:mem': rates?.fillOverMemory,
    'fma%': rates && Math.round(100 * rates.multiplyAdds),
  };
}

/** Lines of every loop, not only the hottest. */
export function loopsText(rows: readonly (Figures | Failure)[]): string {
  return rows
    .flatMap(row =>
      'error' in row
        ? []
        : [
            `\n${row.gpu} ${row.key}`,
            ...row.analysis.loops.map(loop => `  ${loop.isInnermost ? 'inner' : 'outer'} ${loopText(loop)}`),
          ],
    )
    .join('\n');
}

function loopText(loop: Counts): string {
  const { instructions, alu, fma, int, cvt, bounds, scalar, branch, sync, store, spill } = loop;
  return [
    `${instructions} instructions: alu ${alu} (fma ${fma}, int ${int}, cvt ${cvt}, bounds ${bounds})`,
    `scalar ${scalar}, branch ${branch}, sync ${sync}`,
    `loads ${accessesText(loop.loads)}; constants ${accessesText(loop.constants)}; lds ${accessesText(loop.lds)}`,
    `stores ${store}, spills ${spill}`,
  ].join('; ');
}

function accessesText(accesses: Accesses): string {
  return Object.entries(accesses)
    .map(([bits, n]) => `${n}×${bits}`)
    .join(' ');
}

/** Figures that differ between two runs, of kernels that both have, by GPU, model and label. */
export function comparisonTable(
  before: readonly (Figures | Failure)[],
  after: readonly (Figures | Failure)[],
): string {
  const idOf = ({ gpu, model, label }: Figures | Failure) => `${gpu} ${model} ${label}`;
  const old = new Map(before.map(row => [idOf(row), row]));
  const changed = after.flatMap((row): TableRow[] => {
    const was = old.get(idOf(row));
    if (!was) return [];
    const cells = compared(was, row);
    return Object.values(cells).some(cell => String(cell).includes('→'))
      ? [{ gpu: row.gpu, kernel: row.label, ...cells }]
      : [];
  });
  return changed.length > 0 ? markdown(changed) : 'nothing differs between kernels that both runs have';
}

function compared(was: Figures | Failure, now: Figures | Failure): TableRow {
  if ('error' in was || 'error' in now) return { error: change(errorOf(was), errorOf(now)) };
  const old = figuresRow(was);
  const { gpu: _, kernel: __, ...cells } = figuresRow(now);
  return Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, change(old[name], cell)]));
}

function errorOf(row: Figures | Failure): string {
  return 'error' in row ? row.error.slice(0, 80) : 'compiles';
}

function change(was: Cell, now: Cell): Cell {
  return was === now ? now : `${was ?? '–'} → ${now ?? '–'}`;
}

function markdown(rows: readonly TableRow[]): string {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const line = (cells: readonly Cell[]) => `| ${cells.map(cell => cell ?? '').join(' | ')} |`;
  return [
    line(names),
    line(names.map(() => '---')),
    ...rows.map(row => line(names.map(name => row[name]))),
  ].join('\n');
}
