import { describe, expect, it } from 'vitest';
import { checkedFigures } from './check.ts';
import { compilersFolder, isInstalled, missing } from './compilers.ts';
import type { Figures } from './figures.ts';
import { CHECKED_GPUS } from './gpus.ts';
import { faultsOf, readLimits, worstOf } from './limits.ts';

const folder = compilersFolder();
const why = isInstalled(folder) ? '' : ` (skipped: ${missing(folder)})`;

describe.skipIf(!isInstalled(folder))(
  `the worst figures of the kernels are within their limits${why}`,
  () => {
    it.each(CHECKED_GPUS)('on %s', { timeout: 300_000 }, async gpu => {
      expect(faultsOf(gpu, await checkedFigures(gpu, folder), readLimits())).toEqual([]);
    });
  },
);

describe('limits', () => {
  const row = (changes: Partial<Figures>) =>
    ({
      label: 'mul_mat M1 add Q4_0 k2048',
      model: 'small',
      rows: 1,
      type: 'Q4_0',
      spills: 0,
      resident: 50,
      rates: { slotsPerWeight: 4, bytesPerWeight: 2, aluOverMemory: 0.5, multiplyAdds: 0.4 },
      ...changes,
    }) as Figures;
  const limits = { mesa: '', gpus: { ada: worstOf([row({})]) } };
  const faults = (...rows: Figures[]) => faultsOf('ada', rows, limits);

  it('are those of the worst kernel', () => {
    const worst = worstOf([row({}), row({ spills: 3 }), row({ resident: 25 })]);
    expect(worst).toMatchObject({
      spills: 3,
      'mul_mat, M = 1: resident %': 25,
      'mul_mat Q4_0, M = 1: slots/w': 4,
    });
  });

  it('allow a small difference, as between versions of a compiler, but no spill', () => {
    expect(faults(row({ resident: 48 }))).toEqual([]);
    expect(faults(row({ spills: 1 }))).toEqual([
      'ada: spills is 1, beyond its limit of 0 (mul_mat M1 add Q4_0 k2048 of small)',
    ]);
  });

  it('name the kernel that exceeds them, in the direction that is worse', () => {
    expect(faults(row({ resident: 40 }))).toEqual([
      'ada: mul_mat, M = 1: resident % is 40, beyond its limit of 50 (mul_mat M1 add Q4_0 k2048 of small)',
    ]);
    expect(faults(row({ resident: 100 }))).toEqual([]);
  });

  it('must exist for every figure, and only for those', () => {
    expect(faults(row({}), row({ rows: 8, rates: null }))).toEqual([
      'ada: mul_mat, M = 8: resident % is 50 and has no limit (mul_mat M1 add Q4_0 k2048 of small)',
    ]);
    expect(faults(row({ rates: null }))).toHaveLength(3);
  });
});
