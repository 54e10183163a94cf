import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
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
      await cp(join(project, 'index.html'), join(dist, 'index.html'));
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
    const child = spawn(
      process.execPath,
      [join(project, 'node_modules', 'next', 'dist', 'bin', 'next'), 'start', '--port', '0'],
      { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const ended = once(child, 'exit');
      const worker = await expectAnswer(page, await addressIn(child.stdout));
      expect(worker).toMatch(/^http:/);
      child.kill();
      await ended;
    } finally {
      child.kill();
    }
  });
}

/** Address that Next.js prints when it listens. Its output has to be read on, or it ends. */
function addressIn(output: NodeJS.ReadableStream): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    output.on('data', text => {
      printed += text;
      const [address] = /http:\/\/localhost:\d+/.exec(printed) ?? [];
      if (address && /Ready/.test(printed)) resolve(address);
    });
    output.on('end', () => reject(new Error(`Next.js ended: ${printed}`)));
  });
}
