import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { contentPolicies } from './bin/package/contentPolicy.mjs';
import { buildLibrary, buildScripts } from './bin/package/library.mjs';
import { offline } from './bin/package/offline.mjs';
import { bareShaders } from './bin/package/shaders.mjs';
import { onlyWoff2 } from './bin/package/woff2.mjs';
import { withStart, workerFrom } from './bin/package/workerAt.mjs';
import manifest from './package.json' with { type: 'json' };

// What all builds have in common. Relative addresses: the build works from any path of a static host.
const TARGET = 'es2022';
const BASE = './';

export default defineConfig({
  base: BASE,
  // Several pages and no router: what is not there is a 404.
  appType: 'mpa',
  // The lab's worker; the engine's is the library's.
  worker: { format: 'es', plugins: () => [bareShaders()] },
  plugins: [onePage('compare.html'), library(), onlyWoff2(), contentPolicies(), offline(TARGET)],
  // What reports of the lab say they are of.
  define: {
    'import.meta.env.FORETOKEN_VERSION': JSON.stringify(manifest.version),
    'import.meta.env.FORETOKEN_COMMIT': JSON.stringify(commit()),
  },
  // The tests let the library's service worker answer for the whole origin.
  preview: { headers: { 'Service-Worker-Allowed': '/' } },
  build: {
    target: TARGET,
    license: { fileName: 'licenses.json' },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: ['index.html', 'engine.html', 'harness.html', 'lab.html', 'spec-bench.html'],
      // How long plugins take on a busy machine is no news.
      checks: { pluginTimings: false },
    },
  },
  test: {
    include: ['src/**/*.test.ts', 'bench/**/*.test.ts', 'shaders/**/*.test.ts'],
    environment: 'node',
    // Fuzz tests compute for seconds, and longer on a busy machine.
    testTimeout: 60_000,
  },
});

/** The commit that is built, with a plus where files differ from it; `unknown` outside a clone. */
function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', 'HEAD') + (isChanged ? '+' : '');
  } catch {
    return 'unknown';
  }
}

/** Name of an asset; reports are in a folder of their own, which the package leaves out. */
function assetName(source = ''): string {
  return `assets/${source.startsWith('docs/reports/') ? 'reports/' : ''}[name]-[hash][extname]`;
}

/**
 * Builds the library beside the site. The site starts the library's worker from a copy whose name has a hash, so that a page gets the
 * worker of its own build: also from a cache, and also after another build has been published.
 */
function library(): Plugin {
  let outDir = '';
  let root = '';
  let scripts: Awaited<ReturnType<typeof buildScripts>>;
  let workerFile = '';
  return {
    name: 'foretoken:library',
    apply: 'build',
    enforce: 'pre',
    configResolved: config => {
      ({ root } = config);
      outDir = resolve(root, config.build.outDir);
    },
    async buildStart() {
      scripts = await buildScripts(root);
      workerFile = this.emitFile({
        type: 'asset',
        name: 'engine-worker.js',
        source: scripts.worker[0].content,
      });
    },
    // An address that the bundler fills in counts for the hash of the importing chunk.
    transform: code => withStart(code, workerFrom(`import.meta.ROLLUP_FILE_URL_${workerFile}`)),
    writeBundle: () => buildLibrary(root, join(outDir, 'lib'), scripts),
  };
}

/** Builds a page into one file, script and style within: saved or sent by mail, it opens as it is. */
function onePage(page: string): Plugin {
  let root = '.';
  return {
    name: 'foretoken:one-page',
    apply: 'build',
    configResolved: config => {
      root = config.root;
    },
    async generateBundle(_, __, isWrite) {
      if (!isWrite) return;
      const built = await build({
        root,
        base: BASE,
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        build: {
          write: false,
          target: TARGET,
          assetsInlineLimit: 0,
          // Beside the page, as it will be when it is within: what it fetches keeps its address.
          rolldownOptions: {
            input: page,
            output: {
              entryFileNames: '[name].js',
              assetFileNames: ({ originalFileNames: [source] }) => assetName(source),
            },
          },
        },
      });
      if (Array.isArray(built) || !('output' in built)) throw new Error(`${page} was built more than once`);
      let html = '';
      const inlined = new Map<string, string>();
      for (const file of built.output) {
        if (file.type === 'chunk') inlined.set(file.fileName, file.code);
        else if (file.fileName === page) html = String(file.source);
        else if (file.fileName.endsWith('.css')) inlined.set(file.fileName, String(file.source));
        else this.emitFile({ type: 'asset', fileName: file.fileName, source: file.source });
      }
      const within = (address: string) => inlined.get(address.replace(/^\.\//, '')) ?? '';
      const source = html
        .replace(
          /<script type="module"[^>]* src="([^"]+)"><\/script>/,
          (_, src: string) =>
            `<script type="module">${within(src).replaceAll('</script', '<\\/script')}</script>`,
        )
        .replace(
          /<link rel="stylesheet"[^>]* href="([^"]+)">/,
          (_, href: string) => `<style>${within(href)}</style>`,
        );
      this.emitFile({ type: 'asset', fileName: page, source });
    },
  };
}
