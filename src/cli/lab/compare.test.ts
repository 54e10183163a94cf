import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rightReport, wrongReport } from '../../report/fixtures/reports.ts';
import { readCommandLine } from '../commandLine.ts';
import { compareFiles } from './compareFiles.ts';
import { FORMATS } from './compareLine.ts';

let folder = '';
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foretoken-compare-'));
  await writeFile(file('right.json'), JSON.stringify(rightReport()));
  await writeFile(file('wrong.json'), JSON.stringify(wrongReport()));
  await writeFile(file('broken.json'), '{"schema": "foretoken-report/1"}');
  await writeFile(file('compare.html'), '<script type="application/json" id="reports">[]</script>');
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs `foretoken lab compare` with these arguments; files are named without their folder. */
async function compare(...args: readonly string[]) {
  const paths = args.map(arg => (/\.(json|html)$/.test(arg) ? file(arg) : arg));
  const command = readCommandLine(['lab', 'compare', ...paths]);
  if (command.kind !== 'compare') throw new Error(command.kind);
  const lines: string[] = [];
  const code = await compareFiles(command.options, { site: folder, log: line => lines.push(line) });
  return { code, output: lines.join('\n') };
}

describe('foretoken lab compare', () => {
  it('exits with 1 if reports contradict each other, and with 0 if not', async () => {
    const { code, output } = await compare('right.json', 'wrong.json');
    expect(code).toBe(1);
    expect(output).toMatch(/^2 checks of 8 are right in one report and not in another/);
    expect((await compare('right.json', 'right.json')).code).toBe(0);
    expect((await compare('wrong.json')).code).toBe(0);
  });

  it.each([
    ['markdown', /\| mul_mat:weight=Q4_0,rows=1 \(base, gpu\) \|/],
    ['json', /"nContradictions": 2/],
    ['llama-bench', /^\{"build_commit":"01234567"/],
    ['test-backend-ops', /^test_time,build_commit,backend_name/],
  ])('prints %s', async (format, expected) => {
    expect((await compare('right.json', 'wrong.json', '--format', format)).output).toMatch(expected);
  });

  it('saves one HTML file with the reports', async () => {
    await compare('right.json', 'wrong.json', '--out', 'out.html');
    expect(await readFile(file('out.html'), 'utf8')).toContain('"id":"wrong-0002"');
  });

  it.each([
    [['broken.json'], /broken\.json is not a report: id should be string, at least 1 long, .* got nothing/],
    [['nowhere.json'], /there is no file .*nowhere\.json/],
    [['right.json', '--out', '/nowhere/out'], /cannot write \/nowhere\/out/],
    [[], /no reports to compare; name one or more/],
    [['right.json', '--format', 'xml'], /give text or markdown or json/],
    [['right.json', '--out'], /expected value for argument: --out FILE/],
    [['right.json', '--loud'], /invalid argument: --loud; see/],
  ])('refuses %j', async (args, message) => {
    await expect(compare(...args)).rejects.toThrow(message);
  });

  it('has a help that names every format', () => {
    const command = readCommandLine(['lab', 'compare', '--help']);
    if (command.kind !== 'lab help') throw new Error(command.kind);
    for (const format of FORMATS) expect(command.text).toContain(format);
  });
});
