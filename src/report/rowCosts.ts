import type { Report } from './schema/report.ts';
import type { KernelSpeed } from './schema/speed.ts';
import { howTimed } from './speedOf.ts';

/** Time of a product of several rows relative to that of one: the cost of verifying a draft. */
export interface RowCost {
  readonly rows: number;
  /** Time of `rows` rows over that of one. */
  readonly ratio: number;
}

/** Costs of one product, which one report measured for one row and for several. */
export interface RowCosts {
  readonly key: string;
  /** Id of the case without its number of rows. */
  readonly id: string;
  readonly kernel: string;
  readonly weightType: string | null;
  /** Variant and tuning: how a workgroup shares the product. */
  readonly how: string;
  /** From fewest rows to most; without the single row. */
  readonly costs: readonly RowCost[];
}

type Timed = Extract<KernelSpeed, { status: 'success' }>;

/** Finds the kernels that were timed for one row and for several, alike in everything else. */
export function rowCostsOf({ speed }: Report): RowCosts[] {
  const families = new Map<string, Timed[]>();
  for (const timed of speed.kernels) {
    if (timed.status !== 'success') continue;
    const key = `${idOf(timed)} ${howTimed(timed)}`;
    families.set(key, [...(families.get(key) ?? []), timed]);
  }
  return [...families].flatMap(([key, family]): RowCosts[] => {
    const one = family.find(timed => rowsOf(timed) === 1);
    if (!one || family.length === 1) return [];
    const costs = family
      .map(timed => ({ rows: rowsOf(timed), ratio: timed.median / one.median }))
      .filter(({ rows }) => rows > 1)
      .sort((a, b) => a.rows - b.rows);
    const { kernel, weightType = null } = one;
    return [{ key, id: idOf(one), kernel, weightType, how: howTimed(one), costs }];
  });
}

/** Costs of one product in every report; null for a report that has not measured it. */
export interface RowCostsRow extends Omit<RowCosts, 'costs'> {
  readonly cells: readonly (readonly RowCost[] | null)[];
}

export function compareRowCosts(reports: readonly Report[]): RowCostsRow[] {
  const rows = new Map<string, Omit<RowCosts, 'costs'> & { cells: (readonly RowCost[] | null)[] }>();
  reports.forEach((report, i) => {
    for (const { costs, ...identity } of rowCostsOf(report)) {
      const row = rows.get(identity.key) ?? { ...identity, cells: reports.map(() => null) };
      rows.set(identity.key, row);
      row.cells[i] = costs;
    }
  });
  return [...rows.values()];
}

function rowsOf({ parameters }: Timed): number {
  return Number(parameters.rows);
}

function idOf({ kernel, parameters, tuning }: Timed): string {
  const axes = Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    // The tuning has the knobs already.
    .filter(axis => !axis.startsWith('rows=') && !tuning.split(',').includes(axis));
  return `${kernel}:${axes.join(',')}`;
}
