import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommand } from './package/command.mjs';

/** Sources of the builds. */
const SOURCES = [
  'bin/package',
  'src',
  'shaders',
  'public',
  'index.html',
  'engine.html',
  'harness.html',
  'lab.html',
  'spec-bench.html',
  'compare.html',
  'docs/reports',
  'vite.config.ts',
  'package-lock.json',
];

/**
 * Rebuilds outputs that are missing or older than their sources: the site in `dist`, with the library in `dist/lib`, and the
 * command in `dist-cli`. Each is built elsewhere and then moved, so that processes that start at the same time never see a
 * partial build.
 *
 * @param {string} root folder of package.json
 * @param {{ site?: boolean }} [wanted] whether the site is needed, too
 */
export async function freshen(root, { site = true } = {}) {
  const newest = Math.max(...SOURCES.map(name => modified(join(root, name))));
  if (site && modified(join(root, 'dist', 'engine.html')) < newest) await rebuild(root, 'dist', buildSite);
  if (modified(join(root, 'dist-cli', 'main.js')) < newest) await rebuild(root, 'dist-cli', buildCommand);
}

/** @param {string} root @param {string} outDir */
async function buildSite(root, outDir) {
  const { build } = await import('vite');
  await build({ root, logLevel: 'warn', build: { outDir } });
}

/** @param {string} root @param {string} name @param {(root: string, outDir: string) => Promise<void>} build */
async function rebuild(root, name, build) {
  console.error(`Building ${name}`);
  const aside = await mkdtemp(join(root, `.build-${name}-`));
  try {
    await build(root, aside);
    await rm(join(root, name), { recursive: true, force: true });
    await rename(aside, join(root, name));
  } catch (error) {
    // Another process was faster; its build is equivalent.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/**
 * @param {string} path @returns {number} time of the last change to the file, or to the newest one in the folder; 0 if there is
 * none
 */
function modified(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map(name => modified(join(path, name))));
}
