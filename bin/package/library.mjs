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
  'ai-sdk': 'src/aiSdk/index.ts',
  'language-model': 'src/languageModel/index.ts',
};

/** Packages that are the user's own: optional peers. */
const PEERS = ['@ai-sdk/openai-compatible'];

/** Scripts of workers, by the names of their files: one file each, because a worker is started by its address. */
export const SCRIPTS = {
  worker: 'src/worker/main.ts',
  'service-worker': 'src/serviceWorker/main.ts',
};

/** Scripts that run where modules are not allowed as well: not every browser has service workers that are modules. */
const CLASSIC = ['service-worker'];

/**
 * Builds the library into `outDir`. Modules share chunks, so that they share `ForetokenError`.
 *
 * @param {string} root folder of package.json
 * @param {string} outDir
 */
export async function buildLibrary(root, outDir) {
  const scripts = new Map();
  for (const [name, entry] of Object.entries(SCRIPTS)) {
    const format = CLASSIC.includes(name) ? 'iife' : 'es';
    scripts.set(name, await bundle(root, outDir, { [name]: entry }, [bareShaders(), oneFile()], {}, format));
  }
  const plugins = [workerAt('./worker.js'), embedded(scripts.get('worker'))];
  // As a library, Vite adds nothing to their imports.
  await bundle(root, outDir, MODULES, plugins, { lib: { entry: MODULES, formats: ['es'] } });
}

/**
 * @param {string} root @param {string} outDir @param {Record<string, string>} input @param {import('vite').Plugin[]} plugins
 * @param {import('vite').BuildOptions} options @param {'es' | 'iife'} [format]
 * @returns {Promise<string>} text of the first file
 */
async function bundle(root, outDir, input, plugins, options, format = 'es') {
  const { build } = await import('vite');
  const built = await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins,
    build: {
      ...options,
      outDir,
      emptyOutDir: false,
      // Browsers with WebGPU have all of it.
      target: 'es2022',
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      license: { fileName: `${Object.keys(input)[0]}.licenses.json` },
      rolldownOptions: {
        input,
        external: PEERS,
        preserveEntrySignatures: 'strict',
        output: { format, entryFileNames: '[name].js', chunkFileNames: 'shared-[name].js' },
      },
    },
  });
  const [first] = [built].flat();
  if (!('output' in first)) throw new Error('the library is being watched');
  return first.output[0].code;
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
