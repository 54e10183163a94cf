import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startNext } from './next.ts';
import { Origin } from './origin.ts';
import { run } from './process.ts';
import { expect, expectAnswer, modelsOf, test } from './test.ts';

/** Bundlers whose output is a folder of static files; `hasFile` says whether they emit the worker's script as a file. */
const STATIC = [
  { name: 'vite', hasFile: true },
  { name: 'webpack', hasFile: true },
  { name: 'parcel', hasFile: true },
  { name: 'esbuild', hasFile: false },
  { name: 'esbuild-script', hasFile: false },
  { name: 'rollup', hasFile: false },
];

for (const { name, hasFile } of STATIC) {
  test(`${name} with its defaults builds a page that completes a prompt`, async ({ page, packed }) => {
    test.setTimeout(400_000);
    const project = await packed.project(name);
    await run('npm', ['run', 'build'], project);
    const dist = join(project, 'dist');
    if (!(await readdir(dist)).includes('index.html')) {
      const html = await readFile(join(project, 'index.html'), 'utf8');
      await writeFile(join(dist, 'index.html'), html.replace('./src/index.js', './main.js'));
    }
    const origin = await Origin.open({ '/models/': modelsOf(project), '/': dist });
    const worker = await expectAnswer(page, origin.url);
    expect(worker).toMatch(hasFile ? /^http:/ : /^blob:/);
    await origin.close();
  });
}

for (const name of ['next-turbopack', 'next-webpack']) {
  test(`${name} with its defaults builds a page that completes a prompt`, async ({ page, packed }) => {
    test.setTimeout(600_000);
    const project = await packed.project(name);
    await run('npm', ['run', 'build'], project);
    await cp(modelsOf(project), join(project, 'public', 'models'), { recursive: true });
    const site = await startNext(project);
    try {
      const worker = await expectAnswer(page, site.url);
      expect(worker).toMatch(/^http:/);
    } finally {
      await site.close();
    }
  });
}
