import { describe, expect, it } from 'vitest';
import { around, rightCase, rightReport, wrongCase, wrongReport } from '../fixtures/reports.ts';
import { measured } from '../samples.ts';
import { caseKey, isContradiction } from './checks.ts';
import { compareReports } from './compare.ts';
import { labelsOf } from './subjects.ts';
import { comparisonText } from './text.ts';

const both = () => compareReports([rightReport(), wrongReport()]);

describe('checks', () => {
  it('puts contradictions first, then different figures, and agreement last', () => {
    const rows = both().checks.map(({ id, agreement, cells }) => [
      id,
      agreement,
      cells.map(cell => cell?.status),
    ]);
    expect(rows.slice(0, 4)).toEqual([
      ['mul_mat:weight=Q4_0,rows=1', 'differs', ['success', 'wrong-result']],
      ['get_rows:weight=F16,rows=5', 'differs', ['success', 'device-lost']],
      ['mul_mat:weight=Q4_0,rows=8', 'figures', ['success', 'success']],
      ['mul_mat:weight=Q8_0,rows=1', 'same', ['success', 'success']],
    ]);
    expect(both().nContradictions).toBe(2);
  });

  it('ignores checks that only another report ran, and those that an adapter does not support', () => {
    const more = {
      ...rightReport(),
      conformance: [...rightReport().conformance, wrongCase('rope', 'F32', 1)],
    };
    const less = wrongReport();
    const unsupported = {
      ...rightCase('mul_mat', 'Q4_0', 1),
      status: 'unsupported',
      message: 'no f16',
    } as const;
    const comparison = compareReports([more, { ...less, conformance: [unsupported] }]);
    expect(comparison.checks[0]).toMatchObject({
      id: 'rope:weight=F32,rows=1',
      agreement: 'alone',
      cells: [{}, null],
    });
    expect(comparison.checks.filter(isContradiction)).toEqual([]);
  });

  it('distinguishes bits by digests, however equal the errors', () => {
    const withDigest = (digest: string) => ({
      ...rightReport(),
      conformance: [{ ...rightCase('mul_mat', 'Q4_0', 1), digest: digest.repeat(64) }],
    });
    const agreement = (a: string, b: string) =>
      compareReports([withDigest(a), withDigest(b)]).checks[0].agreement;
    expect([agreement('a', 'b'), agreement('a', 'a')]).toEqual(['figures', 'same']);
  });

  it('marks checks that ran different shaders', () => {
    const [a, b] = ['a', 'b'].map(digit => digit.repeat(64));
    const running = (shader: string) => ({
      ...rightReport(),
      conformance: [{ ...rightCase('mul_mat', 'Q4_0', 1, shader === a ? 1e-13 : 2e-13), shader }],
      speed: {
        ...rightReport().speed,
        kernels: [{ ...rightReport().speed.kernels[0], shader }],
      },
    });
    const said = (...reports: readonly ReturnType<typeof rightReport>[]) => {
      const { checks, speeds } = compareReports(reports);
      const timing = speeds.find(({ group }) => group === 'kernels');
      return [checks[0].hasOtherShaders, timing?.hasOtherShaders];
    };
    expect(said(running(a), running(b))).toEqual([true, true]);
    expect(said(running(a), running(a))).toEqual([false, false]);
    // An older report does not record its shader.
    expect(said(running(a), rightReport())).toEqual([false, false]);
    const wrong = { ...running(b), conformance: [{ ...wrongCase('mul_mat', 'Q4_0', 1), shader: b }] };
    expect(comparisonText(compareReports([running(a), wrong]), 'text')).toContain(
      'mul_mat:weight=Q4_0,rows=1 (base, gpu; not the same shader text)',
    );
  });

  it("gives the lab's names of checks", () => {
    const rows = { subject: 'mul_mat', id: 'weight=Q4_0@gpu', tuning: 'gpu' };
    const report = {
      ...rightReport(),
      invariance: [...rightReport().invariance, { ...rows, status: 'success', nCompared: 9 } as const],
    };
    const { checks } = compareReports([report]);
    const jobs = Object.fromEntries(checks.map(({ id, job }) => [id, job]));
    expect(jobs).toMatchObject({
      'mul_mat:weight=Q4_0,rows=1': 'mul_mat:weight=Q4_0,rows=1@gpu',
      'scale: a scale one block too far': 'control:scale',
      'mul_mat: weight=Q4_0@gpu': 'invariance:mul_mat@gpu',
      'stories: rows': null,
      'stories: owl': 'golden:stories',
      'stories, 3 tokens of small stories': 'speculation:stories,draft=small stories,nDraft=3',
    });
  });

  it('keeps variants and tunings of a case apart', () => {
    const base = rightCase('mul_mat', 'Q4_0', 1);
    const keys = [base, { ...base, variant: 'f16' }, { ...base, tuning: 'software' }].map(caseKey);
    expect(new Set(keys).size).toBe(3);
  });
});

describe('speeds', () => {
  it("gives shares of the best and of the adapter's limit, real differences first", () => {
    const [first, second] = both().speeds.filter(({ group }) => group === 'kernels');
    expect(first.id).toBe('mul_mat:weight=Q4_0,rows=1');
    expect(first.cells).toMatchObject([
      { ofBest: 1, againstReference: 'noise', ofLimit: 0.2, wrong: false },
      { ofBest: 0.5, againstBest: 'slower', againstReference: 'slower', ofLimit: 0.1, wrong: true },
    ]);
    expect(second).toMatchObject({ differs: false, cells: [{ ofBest: 1 }, { againstBest: 'noise' }] });
  });

  it('takes the highest rate as the best', () => {
    const slow = rightReport();
    slow.speed.throughput = [{ ...slow.speed.throughput[0], ...measured(around(1250)) }];
    const row = compareReports([rightReport(), slow]).speeds[0];
    expect(row).toMatchObject({ unit: 'tokens/s', differs: true, cells: [{ ofBest: 1 }, { ofBest: 0.25 }] });
  });

  it('compares the other reports with the chosen reference', () => {
    const row = compareReports([rightReport(), wrongReport()], 1).speeds.find(
      ({ group }) => group === 'kernels',
    );
    expect(row?.cells).toMatchObject([{ againstReference: 'faster' }, { againstReference: 'noise' }]);
  });

  it('keeps the reason why something was not measured', () => {
    const failed = rightReport();
    failed.speed.load = [{ ...failed.speed.load[0], loadMs: { status: 'timeout', message: 'after 60 s' } }];
    const row = compareReports([failed, rightReport()]).speeds.find(({ id }) => id === 'stories: load');
    expect(row?.cells).toMatchObject([{ status: 'timeout', message: 'after 60 s' }, { ofBest: 1 }]);
  });
});

describe('labels', () => {
  it('are as long as needed to distinguish the reports', () => {
    expect(labelsOf([rightReport(), wrongReport()])).toEqual(['Acme One', 'Acme Two']);
    const newer = rightReport();
    newer.provenance.browser.version = '141.0';
    expect(labelsOf([rightReport(), newer])).toEqual([
      'Acme One, Chromium 140.0',
      'Acme One, Chromium 141.0',
    ]);
    expect(new Set(labelsOf([rightReport(), { ...rightReport(), id: 'other' }])).size).toBe(2);
  });
});

describe('text', () => {
  it('begins with the most important rows, and gives the first bad value', () => {
    const text = comparisonText(both(), 'text');
    expect(text.split('\n')[0]).toBe(
      '2 checks of 8 are right in one report and not in another, and 1 right answer differs in bits. 1 of 11 timings differ by more than noise.',
    );
    expect(text).toMatch(/mul_mat:weight=Q4_0,rows=1 \(base, gpu\) +right, NMSE 1e-13 +WRONG, NMSE 0\.31/);
    expect(text).toContain(
      'B, mul_mat:weight=Q4_0,rows=1: NMSE 3.10e-1 > 1e-11; 24 of 24 values are off; value 0 is NaN instead of 1.5',
    );
    expect(text).toMatch(
      /mul_mat:weight=Q4_0,rows=1 \(base, gpu\) +0\.05 ms best +0\.1 ms 50 %, WRONG RESULT +20 % +10 %/,
    );
    expect(text).toMatch(/maxBufferSize +1073741824 +268435456/);
  });

  it('writes tables for a pull request', () => {
    expect(comparisonText(both(), 'markdown')).toContain(
      '| check | A | B |\n| --- | --- | --- |\n| mul_mat:weight=Q4_0,rows=1',
    );
  });
});
