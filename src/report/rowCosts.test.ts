import { describe, expect, it } from 'vitest';
import { around, rightReport } from './fixtures/reports.ts';
import { compareRowCosts, rowCostsOf } from './rowCosts.ts';
import type { Report } from './schema/report.ts';
import { kernelSpeed } from './speedOf.ts';

function reportWith(timings: readonly { rows: number; ms: number; tuning: string }[]): Report {
  const report = rightReport();
  const { limits } = report.speed;
  report.speed.kernels = timings.map(({ rows, ms, tuning }) => {
    const parameters = { weight: 'Q4_0', rows, n: 64, lanes: 1 };
    const identity = { id: `mul_mat:rows=${rows}`, kernel: 'mul_mat', variant: 'base', tuning, parameters };
    return kernelSpeed({ ...identity, bytes: 1, flops: 1, fromMemory: true }, around(ms), limits);
  });
  return report;
}

describe('the costs of several rows', () => {
  it('are relative to one row of the same product under the same mapping', () => {
    const timings = [
      { rows: 8, ms: 3, tuning: 'lanes=1' },
      { rows: 1, ms: 2, tuning: 'lanes=1' },
      { rows: 4, ms: 2.5, tuning: 'lanes=1' },
      { rows: 1, ms: 4, tuning: 'own' },
      { rows: 8, ms: 8, tuning: 'own' },
    ];
    const [mapped, own] = rowCostsOf(reportWith(timings));
    expect(mapped).toMatchObject({ id: 'mul_mat:weight=Q4_0,n=64', how: 'base, lanes=1, from memory' });
    expect(mapped.costs).toEqual([
      { rows: 4, ratio: 1.25 },
      { rows: 8, ratio: 1.5 },
    ]);
    expect(own.costs).toEqual([{ rows: 8, ratio: 2 }]);
  });

  it('are none for a product that was timed for several rows alone', () => {
    expect(rowCostsOf(reportWith([{ rows: 8, ms: 3, tuning: 'own' }]))).toEqual([]);
  });

  it('stand side by side for several reports', () => {
    const measured = reportWith([
      { rows: 1, ms: 1, tuning: 'own' },
      { rows: 4, ms: 2, tuning: 'own' },
    ]);
    const [row] = compareRowCosts([rightReport(), measured]);
    expect(row.cells).toEqual([null, [{ rows: 4, ratio: 2 }]]);
  });
});
