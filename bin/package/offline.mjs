import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { build } from 'vite';

/** Files that the site's pages use: models are kept by the model store, reports are fetched when they are asked for. */
const KEPT = /^(?:(?:index|lab|compare|spec-bench)\.html|manifest\.webmanifest|icons\/.*|assets\/[^/]*)$/;
/** Files of the tests, which the package leaves out. */
const OF_TESTS = /^assets\/(?:harness-|.*-f16-)/;
const HASHED = /^assets\/.*-[\w-]{8}\.\w+$/;

/**
 * Builds the site's service worker with the list of the files that it keeps.
 *
 * @param {string} target syntax that browsers have
 * @returns {import('vite').Plugin}
 */
export function offline(target) {
  let root = '';
  let outDir = '';
  return {
    name: 'foretoken:offline',
    apply: 'build',
    configResolved: config => {
      ({ root } = config);
      outDir = resolve(root, config.build.outDir);
    },
    // Comes after everything else is written, the library included.
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: async () => {
        const files = await siteFiles(outDir);
        const list = JSON.stringify(files);
        await build({
          root,
          configFile: false,
          publicDir: false,
          logLevel: 'warn',
          define: {
            'import.meta.env.FORETOKEN_SITE_FILES': list,
            'import.meta.env.FORETOKEN_SITE_DIGEST': JSON.stringify(digest(list, 'hex').slice(0, 16)),
          },
          build: {
            outDir,
            emptyOutDir: false,
            target,
            rolldownOptions: {
              input: { offline: 'src/pages/offline/main.ts' },
              output: { format: 'iife', entryFileNames: '[name].js' },
            },
          },
        });
      },
    },
  };
}

/** @param {string} outDir @returns {Promise<import('../../src/pages/offline/siteCache.ts').SiteFile[]>} */
async function siteFiles(outDir) {
  const paths = (await readdir(outDir, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile())
    .map(entry => relative(outDir, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter(path => KEPT.test(path) && !OF_TESTS.test(path))
    .sort();
  return Promise.all(
    paths.map(async path => ({
      path,
      integrity: HASHED.test(path) ? null : `sha256-${digest(await readFile(join(outDir, path)), 'base64')}`,
    })),
  );
}

/** @param {string | Buffer} data @param {'hex' | 'base64'} encoding */
function digest(data, encoding) {
  return createHash('sha256').update(data).digest(encoding);
}
