import type { CheckRow, RowCostsRow, SpeedRow } from '../../report/index.ts';
import { hasWords } from '../frame/hasWords.ts';
import type { Filter } from './state.ts';

type Row = Pick<CheckRow | SpeedRow | RowCostsRow, 'id' | 'kernel' | 'weightType' | 'how'>;

/** Whether a row of a table passes the filter, apart from differences. */
export function matches({ kernel, weightType, text }: Filter, row: Row): boolean {
  if (kernel !== null && row.kernel !== kernel) return false;
  if (weightType !== null && row.weightType !== weightType) return false;
  return hasWords(`${row.id} ${row.how}`, text);
}

/** Distinct values of a field, sorted. */
export function choices(rows: readonly Row[], field: 'kernel' | 'weightType'): string[] {
  return [...new Set(rows.map(row => row[field]).filter(value => value !== null))].sort();
}
