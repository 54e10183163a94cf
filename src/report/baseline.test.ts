import { describe, expect, it } from 'vitest';
import { judgeBaseline } from './baseline.ts';
import { around, rightReport, wrongReport } from './fixtures/reports.ts';
import { measured } from './samples.ts';

/** Report with these speeds of decoding at depth 0. */
function decodingAt(samples: readonly number[]) {
  const report = rightReport();
  report.speed.throughput[1] = { ...report.speed.throughput[1], ...measured(samples) };
  return report;
}

const verdict = (report: ReturnType<typeof rightReport>, maxSlowdown = 0.1) =>
  judgeBaseline(report, rightReport(), { maxSlowdown });

describe('judgeBaseline', () => {
  it('passes a report as good as the baseline', () => {
    expect(verdict(rightReport())).toMatchObject({ passed: true, regressions: [], warnings: [], nChecks: 8 });
  });

  it('reports what is wrong, slower or missing, and a different adapter', () => {
    const { passed, regressions, warnings } = verdict(wrongReport());
    expect(passed).toBe(false);
    expect(regressions.map(({ kind, id }) => `${kind}: ${id}`)).toEqual([
      'correctness: mul_mat:weight=Q4_0,rows=1, base, gpu',
      'correctness: get_rows:weight=F16,rows=5, base, gpu',
      'speed: mul_mat:weight=Q4_0,rows=1, base, gpu',
      'missing: stories: 3 tokens of small stories',
    ]);
    expect(regressions[2].message).toBe('0.05 → 0.1 ms: 100 % slower, 10 % allowed');
    expect(warnings).toEqual(['the baseline is of another adapter: Acme One, now Acme Two']);
  });

  it.each([
    ['a slow-down', around(150), 0.1, false],
    ['one that is allowed', around(150), 0.5, true],
    ['a slow-down with one lucky repetition', [200, 150, 151, 149, 148], 0.1, true],
    ['one slow repetition', [200, 201, 199, 198, 50], 0.1, true],
    ['a gain', around(300), 0, true],
  ])('judges %s', (_, samples, maxSlowdown, passed) => {
    expect(verdict(decodingAt(samples), maxSlowdown).passed).toBe(passed);
  });

  it('warns of noise that may hide a regression', () => {
    expect(verdict(decodingAt([200, 90, 210, 100, 220])).warnings).toEqual([
      '1 of 12 timings are noisy: slow-downs may be hidden',
    ]);
  });
});
