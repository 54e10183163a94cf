import { describe, expect, it } from 'vitest';
import { rightReport, wrongReport } from '../../report/fixtures/reports.ts';
import { matches } from './filter.ts';
import { type Action, initialState, NO_FILTER, reduce } from './state.ts';

const [right, wrong] = [rightReport(), wrongReport()];
const reached = (...actions: readonly Action[]) => actions.reduce(reduce, initialState('auto', []));
const ids = (...actions: readonly Action[]) => reached(...actions).reports.map(({ id }) => id);

describe('state', () => {
  it("replaces the examples by the user's reports, but never the reverse", () => {
    const examples: Action = { type: 'examples', reports: [right, wrong] };
    expect(ids(examples)).toEqual([right.id, wrong.id]);
    expect(ids(examples, { type: 'add', report: wrong })).toEqual([wrong.id]);
    expect(ids({ type: 'add', report: wrong }, examples)).toEqual([wrong.id]);
  });

  it('reports a duplicate, and loses nothing', () => {
    const state = reached({ type: 'add', report: right }, { type: 'add', report: right });
    expect([state.reports.length, state.refusals.length]).toEqual([1, 1]);
  });

  it('keeps the reference on an existing report', () => {
    const both: Action[] = [
      { type: 'add', report: right },
      { type: 'add', report: wrong },
    ];
    expect(reached(...both).reference).toBe(right.id);
    expect(reached(...both, { type: 'reference', id: wrong.id }).reference).toBe(wrong.id);
    expect(reached(...both, { type: 'remove', id: right.id }).reference).toBe(wrong.id);
  });
});

describe('filter', () => {
  const row = { id: 'mul_mat:weight=Q4_0,rows=3', kernel: 'mul_mat', weightType: 'Q4_0', how: 'base, gpu' };

  it.each([
    [{}, true],
    [{ kernel: 'rope' }, false],
    [{ weightType: 'Q4_0' }, true],
    [{ text: 'ROWS=3 gpu' }, true],
    [{ text: 'rows=3 f16' }, false],
  ])('%j shows the row: %s', (filter, shown) => {
    expect(matches({ ...NO_FILTER, ...filter }, row)).toBe(shown);
  });
});
