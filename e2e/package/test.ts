import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from 'playwright/test';
import { run } from './process.ts';

export { expect };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROJECTS = fileURLToPath(new URL('projects', import.meta.url));
const PAGE = fileURLToPath(new URL('page.js', import.meta.url));

/** First words of llama.cpp's answer to the prompt of page.js. */
const ANSWER = /^to be brave and kind/;

/** Packed tarball, and the projects that install it. */
export interface Packed {
  readonly tarball: string;
  /** Creates an empty folder, removed at the end. */
  folder(): Promise<string>;
  /**
   * Copies the project of that name, with the page of its kind, and installs the tarball, and what the project pins unless told
   * otherwise.
   */
  project(name: string, options?: { readonly pins: boolean }): Promise<string>;
}

interface WorkerFixtures {
  readonly packed: Packed;
}

export const test = base.extend<object, WorkerFixtures>({
  packed: [
    async ({ browserName: _ }, use) => {
      const folders: string[] = [];
      async function folder(): Promise<string> {
        const made = await mkdtemp(join(tmpdir(), 'foretoken-package-'));
        folders.push(made);
        return made;
      }
      const tarball = await pack(await folder());
      await use({
        tarball,
        folder,
        async project(name, { pins } = { pins: true }) {
          const made = await folder();
          const kind = name.startsWith('next-') ? 'next' : 'static';
          for (const part of [kind, name]) await cp(join(PROJECTS, part), made, { recursive: true });
          await cp(PAGE, join(made, 'src', 'page.js'));
          if (!pins) await unpin(join(made, 'package.json'));
          const offline = pins ? [] : ['--offline'];
          await run('npm', ['install', '--no-audit', '--no-fund', ...offline, tarball], made);
          return made;
        },
      });
      await Promise.all(folders.map(made => rm(made, { recursive: true, force: true })));
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** Takes a project's own packages away: even to leave them out, npm would ask the registry for them. */
async function unpin(file: string): Promise<void> {
  const { devDependencies: _, ...others } = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify(others));
}

async function pack(folder: string): Promise<string> {
  await run(process.execPath, ['bin/buildPackage.mjs'], ROOT);
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], ROOT);
  const [name = ''] = await readdir(folder);
  return join(folder, name);
}

/** Opens a page that makes the answer of page.js its title, and compares that with llama.cpp's. Resolves with the address of the
 * worker's script. */
export async function expectAnswer(page: Page, url: string): Promise<string> {
  const said: string[] = [];
  let worker = '';
  page.on('worker', started => {
    worker = started.url();
  });
  page.on('console', message => said.push(message.text()));
  page.on('pageerror', error => said.push(error.message));
  await page.goto(url);
  await expect
    .poll(() => page.title(), { timeout: 120_000, message: 'the answer' })
    .toMatch(/\S/)
    .catch(error => {
      throw new Error(`${error.message}\nThe page said: ${said.join('\n')}`);
    });
  expect(await page.title(), said.join('\n')).toMatch(ANSWER);
  return worker;
}

/** Folder of the bundled models in a project. */
export function modelsOf(project: string): string {
  return join(project, 'node_modules', 'foretoken', 'dist', 'models');
}

/** Files of a page without a bundler that imports the library's files from `base`; `options` are further ones of `createServer`. */
export async function plainPage(base: string, options = ''): Promise<Record<string, string>> {
  const script = (await readFile(PAGE, 'utf8'))
    .replaceAll(/'foretoken(?:\/([\w-]+))?'/g, (_, name = 'index') => `'${base}/${name}.js'`)
    .replace('nCtx: 256,', `nCtx: 256, ${options}`);
  return {
    '/index.html': '<!doctype html><script type="module" src="main.js"></script>',
    '/main.js': `${script}
      document.title = await answer().catch(error => error.message);`,
  };
}
