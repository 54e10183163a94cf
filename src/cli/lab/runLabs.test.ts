import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rightReport, wrongReport } from '../../report/fixtures/reports.ts';
import { measured, type Report } from '../../report/index.ts';
import type { LabPage } from './labPage.ts';
import { runLabs } from './runLabs.ts';
import { readRunLine } from './runLine.ts';

let folder = '';
const file = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foretoken-lab-'));
  await writeFile(file('compare.html'), '<script type="application/json" id="reports">[]</script>');
});
afterEach(() => rm(folder, { recursive: true }));

/** Maps values of `--browser` to the report of their page, or its failure. */
type Pages = Readonly<Record<string, Report | string | Error>>;

/** Runs `foretoken lab` with a browser for each of `pages`, into the folder `out`. */
async function run(pages: Pages, ...args: readonly string[]) {
  const lines: string[] = [];
  const closed: string[] = [];
  const browsers = Object.keys(pages).flatMap(name => ['--browser', name]);
  const code = await runLabs(readRunLine([...browsers, '--out', file('out'), ...args]), {
    machine: { site: folder, display: { write: () => {} }, log: line => lines.push(line) },
    signal: new AbortController().signal,
    async open(host): Promise<LabPage> {
      const name = host.kind === 'chromium' ? (host.path ?? '') : '';
      const page = pages[host.label === null ? name : `${host.label}=${name}`];
      if (page instanceof Error) throw page;
      return {
        flags: [],
        run: async () => (typeof page === 'string' ? page : JSON.stringify(page)),
        progress: async () => null,
        stop: async () => {},
        close: async () => void closed.push(name),
      };
    },
  });
  const files = await readdir(file('out')).catch(() => []);
  return { code, output: lines.join('\n'), files: files.sort(), closed };
}

const GOOD = rightReport();

describe('foretoken lab', () => {
  it('writes a report of each browser, and their comparison', async () => {
    const { code, files, output, closed } = await run({
      '/a': GOOD,
      '/b': GOOD,
      'My GPU=/c': { ...GOOD, label: 'My GPU' },
    });
    expect(code).toBe(0);
    expect(files).toEqual([
      'acme-one-chromium-2.json',
      'acme-one-chromium.json',
      'comparison.html',
      'my-gpu.json',
    ]);
    expect(JSON.parse(await readFile(file('out/my-gpu.json'), 'utf8'))).toMatchObject({ label: 'My GPU' });
    expect(output).toContain('All agree on what is right');
    expect(closed).toEqual(['/a', '/b', '/c']);
  });

  it('exits with 1 on a wrong result, and names it', async () => {
    const { code, output, files } = await run({ '/a': wrongReport() });
    expect(code).toBe(1);
    expect(output).toContain('mul_mat:weight=Q4_0,rows=1 (base, gpu): WRONG');
    expect(output).toContain('value 0 is NaN instead of 1.5');
    expect(files).toHaveLength(1);
  });

  const unsound: readonly (readonly [string, Partial<Report>])[] = [
    [
      'a check that came to no end',
      { goldens: [{ model: 'm', golden: 'g', status: 'timeout', message: 'slow' }] },
    ],
    [
      'a planted fault that was not found',
      { controls: [{ id: 'c', kernel: 'k', fault: 'f', status: 'wrong-result', message: 'm' }] },
    ],
    [
      'a run that was stopped',
      { incidents: [{ at: '2026-01-01T00:00:00Z', what: 'stopped', message: 'm' }] },
    ],
  ];
  it.each(unsound)('exits with 1 on %s', async (_, change) => {
    expect((await run({ '/a': { ...GOOD, ...change } })).code).toBe(1);
  });

  it.each([
    ['that does not start', new Error('no such browser\nin any place'), 'no such browser'],
    ['whose page reports nonsense', '{"schema": "foretoken-report/1"}', 'what b reported is not a report'],
  ])('goes on without a browser %s, and ends with 1', async (_, page, message) => {
    const { code, files, output } = await run({ '/b': page, '/a': GOOD });
    expect(code).toBe(1);
    expect(output).toContain(`b: no report: ${message}`);
    expect(output).not.toContain('in any place');
    expect(files).toEqual(['acme-one-chromium.json']);
  });

  it('refuses an invalid baseline before it runs anything', async () => {
    await expect(run({ '/a': GOOD }, '--baseline', file('none.json'))).rejects.toThrow(/there is no file/);
    expect(await readdir(folder)).not.toContain('out');
  });

  it('fails for a folder that cannot be created', async () => {
    await expect(run({ '/a': GOOD }, '--out', file('compare.html'))).rejects.toThrow(
      /cannot make .*compare.html/,
    );
  });

  describe('with a baseline', () => {
    const slower = (report: Report, factor: number): Report => ({
      ...report,
      speed: {
        ...report.speed,
        throughput: report.speed.throughput.map(entry =>
          entry.status === 'success'
            ? { ...entry, ...measured(entry.samples.map(value => value / factor)) }
            : entry,
        ),
      },
    });
    const save = (name: string, report: Report) => writeFile(file(name), JSON.stringify(report));

    it.each([
      [1, '10%', 0],
      [1.5, '10%', 1],
      [1.5, '60%', 0],
    ])('holds a run %f times as slow against it, where %s may be lost', async (factor, allowed, expected) => {
      await save('old.json', GOOD);
      const { code, output } = await run(
        { '/a': slower(GOOD, factor) },
        ...['--baseline', file('old.json'), '--max-slowdown', allowed],
      );
      expect(code).toBe(expected);
      expect(output).toContain(expected === 0 ? 'as good as its baseline' : '50 % slower, 10 % allowed');
    });

    it('leaves it unchanged, even in the folder of the report', async () => {
      await run({ '/a': GOOD });
      const path = file('out/acme-one-chromium.json');
      const before = await readFile(path, 'utf8');
      const { files } = await run({ '/a': slower(GOOD, 1.01) }, '--baseline', path);
      expect(files).toEqual(['acme-one-chromium-2.json', 'acme-one-chromium.json']);
      expect(await readFile(path, 'utf8')).toBe(before);
    });

    it('chooses the baseline of the same adapter among several', async () => {
      await save('one.json', slower(GOOD, 0.5));
      await save('two.json', { ...GOOD, label: 'other' });
      const baselines = ['--baseline', file('one.json'), '--baseline', file('two.json')];
      expect((await run({ '/a': GOOD }, ...baselines)).code).toBe(1);
      expect((await run({ 'other=/a': { ...GOOD, label: 'other' } }, ...baselines)).code).toBe(0);
      const { code, output } = await run({ 'third=/a': { ...GOOD, label: 'third' } }, ...baselines);
      expect([code, output]).toEqual([
        1,
        expect.stringContaining('none of the baselines is of this adapter'),
      ]);
    });
  });
});
