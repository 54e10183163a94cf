import { gzipSync } from 'node:zlib';
import { oneFile } from './oneFile.mjs';
import { bareShaders } from './shaders.mjs';
import { workerAt } from './workerAt.mjs';

/**
 * Modules of the library, by the names of their files. package.json exports each of them, with the declarations that tsc makes of
 * the same source.
 */
export const MODULES = {
  index: 'src/client/index.ts',
  tokenizer: 'src/tokenizer/index.ts',
  gguf: 'src/gguf/index.ts',
};

/** Scripts of workers, by the names of their files: one file each, because a worker is started by its address. */
export const SCRIPTS = {
  worker: 'src/worker/main.ts',
};

/**
 * Builds the library into `outDir`. Modules share chunks, so that they share `ForetokenError`.
 *
 * @param {string} root folder of package.json
 * @param {string} outDir
 */
export async function buildLibrary(root, outDir) {
  const scripts = new Map();
  for (const [name, entry] of Object.entries(SCRIPTS)) {
    scripts.set(name, await bundle(root, outDir, { [name]: entry }, [bareShaders(), oneFile()]));
  }
  await bundle(root, outDir, MODULES, [workerAt('./worker.js'), embedded(scripts.get('worker'))]);
}

/**
 * @param {string} root @param {string} outDir @param {Record<string, string>} input @param {import('vite').Plugin[]} plugins
 * @returns {Promise<string>} text of the first file
 */
async function bundle(root, outDir, input, plugins) {
  const { build } = await import('vite');
  const built = await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins,
    build: {
      outDir,
      emptyOutDir: false,
      // Browsers with WebGPU have all of it.
      target: 'es2022',
      modulePreload: false,
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      license: { fileName: `${Object.keys(input)[0]}.licenses.json` },
      rolldownOptions: {
        input,
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', chunkFileNames: 'shared-[name].js' },
      },
    },
  });
  if (Array.isArray(built) || !('output' in built)) throw new Error('the library was built more than once');
  return built.output[0].code;
}

/** Gives the client its copy of the worker's script. @param {string} worker @returns {import('vite').Plugin} */
function embedded(worker) {
  return {
    name: 'foretoken:embedded-worker',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith('/src/client/embeddedWorker.ts')) return null;
      return `export const EMBEDDED_WORKER = '${gzipSync(worker, { level: 9 }).toString('base64')}';`;
    },
  };
}
