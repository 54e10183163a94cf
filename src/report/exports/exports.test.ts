import { describe, expect, it } from 'vitest';
import { rightReport, wrongReport } from '../fixtures/reports.ts';
import { withReports } from '../share.ts';
import { backendOpsCsv } from './backendOps.ts';
import { llamaBenchJsonl } from './llamaBench.ts';

describe('llama-bench JSONL', () => {
  const lines = llamaBenchJsonl([rightReport()])
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));

  it('has a line for every run, in the fields of llama-bench', () => {
    expect(lines.map(({ n_prompt, n_gen, n_depth }) => [n_prompt, n_gen, n_depth])).toEqual([
      [512, 0, 0],
      [0, 64, 0],
      [0, 64, 512],
    ]);
    expect(lines[1]).toMatchObject({
      build_commit: '01234567',
      gpu_info: 'Acme One',
      backends: 'WebGPU',
      model_type: 'llama 1M Q4_0',
      avg_ts: 200,
      samples_ts: [200, 204, 196, 202, 198],
    });
    expect(lines[1].samples_ns[0]).toBe(320_000_000);
    expect(lines[1].stddev_ts).toBeCloseTo(Math.sqrt(10), 10);
  });
});

describe('test-backend-ops CSV', () => {
  it('has a row for every case and timing', () => {
    const lines = backendOpsCsv([wrongReport()]).trimEnd().split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[1]).toBe(
      '"2026-01-02T03:04:05Z","01234567","WebGPU","MUL_MAT","weight=Q4_0,rows=1,variant=base,tuning=gpu","test","1","0","NMSE 3.10e-1 > 1e-11; 24 of 24 values are off","0","0","0","0","3","Acme Two","WebGPU"',
    );
    expect(lines[5]).toContain('"perf","1","1","","100","40000000000","10","977","5"');
  });
});

describe('withReports', () => {
  const page = '<head><script type="application/json" id="reports">[]</script></head>';
  const held = (html: string) => JSON.parse(/id="reports">(.*?)<\/script>/s.exec(html)?.[1] ?? '');

  it('puts reports into the page, and replaces earlier ones', () => {
    const once = withReports(page, [rightReport()]);
    expect(held(once)).toEqual([rightReport()]);
    expect(held(withReports(once, [wrongReport()]))).toEqual([wrongReport()]);
  });

  it('keeps every report inside its element', () => {
    const hostile = { ...rightReport(), id: "</script><script>alert('$&')</script>" };
    const html = withReports(page, [hostile]);
    expect(html.match(/<\/script/g)).toHaveLength(1);
    expect(held(html)).toEqual([hostile]);
  });
});
