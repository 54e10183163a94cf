import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright/test';
import { chromiumFlags, ensureChromium } from '../bin/chromium.mjs';
import { readReport } from '../src/report/index.ts';
import { expect, test } from './fixtures/test.ts';

const LAUNCHER = fileURLToPath(new URL('../bin/foretoken', import.meta.url));

/** Runs `foretoken lab` on a few cases, or until it is interrupted, and resolves with its output. */
async function foretokenLab(args: readonly string[], interruptAt?: RegExp) {
  const child = spawn(process.execPath, [LAUNCHER, 'lab', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { output: '', progress: '' };
  child.stdout.on('data', data => {
    printed.output += data;
  });
  child.stderr.on('data', data => {
    printed.progress += data;
    if (interruptAt?.test(printed.progress)) child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  return { code, ...printed };
}

test('the command runs the lab here and in remote browsers, side by side', async ({
  browserName: _,
}, testInfo) => {
  const executablePath = ensureChromium();
  const args = chromiumFlags();
  const server = await chromium.launchServer({ executablePath, args });
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const devTools = await chromium.launch({
    executablePath,
    args: [...args, `--remote-debugging-port=${port}`],
  });
  const out = testInfo.outputPath('reports');
  try {
    const { code, output, progress } = await foretokenLab([
      ...['--browser', `local=${executablePath}`, '--remote', `server=${server.wsEndpoint()}`],
      ...['--remote', `devtools=http://127.0.0.1:${port}`, '--out', out],
      // Includes a model, which a page elsewhere fetches through its driver.
      ...['--only', 'argmax:*', '--only', 'golden:foretoken-stories-draft-q4_0'],
    ]);
    expect(output).toContain('All agree on what is right');
    expect(code).toBe(0);
    expect(progress).toMatch(/^local: \d+ of \d+/m);
    const labels = ['devtools', 'local', 'server'];
    expect((await readdir(out)).sort()).toEqual(['comparison.html', ...labels.map(label => `${label}.json`)]);
    for (const label of labels) {
      const path = join(out, `${label}.json`);
      const report = readReport(await readFile(path, 'utf8'), path);
      expect(report).toMatchObject({ label, set: 'own', provenance: { visibility: 'visible' } });
      expect(report.conformance.length).toBeGreaterThan(5);
      for (const { status } of [...report.conformance, ...report.goldens]) expect(status).toBe('success');
    }
    // Remote browsers keep running.
    expect(devTools.isConnected()).toBe(true);
  } finally {
    await Promise.all([server.close(), devTools.close()]);
  }
});

test('the command drives Firefox, which does not name its adapter', async ({ browserName: _ }, testInfo) => {
  const { FORETOKEN_FIREFOX: path } = process.env;
  test.skip(!path, 'FORETOKEN_FIREFOX names no Firefox with an adapter');
  const out = testInfo.outputPath('reports');
  const { code, output } = await foretokenLab([
    ...['--browser', `firefox=${path}`, '--only', 'argmax:*', '--out', out],
  ]);
  expect(output).toMatch(/^firefox, Firefox \d.*: All \d+ checks are right\./m);
  expect(code).toBe(0);
  const report = readReport(await readFile(join(out, 'firefox.json'), 'utf8'), 'firefox.json');
  expect(report.provenance.flags).toContain('dom.webgpu.enabled=true');
});

test('an interrupted run reports the finished cases', async ({ browserName: _ }, testInfo) => {
  const out = testInfo.outputPath('reports');
  const { code, output } = await foretokenLab(['--only', 'mul_mat:*', '--out', out], /\d+ of \d+/);
  expect(output).toContain('The run was stopped');
  expect(code).toBe(1);
  const [name] = await readdir(out);
  const report = readReport(await readFile(join(out, name), 'utf8'), name);
  expect(report.incidents.at(-1)).toMatchObject({ what: 'stopped' });
  expect(report.conformance.length).toBeGreaterThan(0);
});

test('the command reports that a browser has no adapter', async ({ browserName: _ }, testInfo) => {
  const out = testInfo.outputPath('reports');
  const { code, output } = await foretokenLab([
    ...['--browser-arg', '--disable-gpu', '--browser-arg', '--disable-software-rasterizer', '--out', out],
  ]);
  expect(output).toMatch(/chromium: no report: no adapter answered; use a current/);
  expect(code).toBe(1);
});
