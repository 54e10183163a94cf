import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
 * Builds the scripts of workers.
 *
 * @param {string} root folder of package.json
 * @returns {Promise<Record<keyof typeof SCRIPTS, BuiltFile[]>>} files by the names of their scripts; a script is the first of its files
 */
export async function buildScripts(root) {
  const built = await Promise.all(
    Object.entries(SCRIPTS).map(async ([name, entry]) => {
      const format = CLASSIC.includes(name) ? 'iife' : 'es';
      return [name, await bundle(root, { [name]: entry }, [bareShaders(), oneFile()], {}, format)];
    }),
  );
  return Object.fromEntries(built);
}

/**
 * Builds the library into `outDir`. Modules share chunks, so that they share `ForetokenError`.
 *
 * @param {string} root folder of package.json
 * @param {string} outDir
 * @param {Awaited<ReturnType<typeof buildScripts>>} scripts
 */
export async function buildLibrary(root, outDir, scripts) {
  const plugins = [workerAt('./worker.js'), embedded(scripts.worker[0].content)];
  // As a library, Vite adds nothing to their imports.
  const modules = await bundle(root, MODULES, plugins, { lib: { entry: MODULES, formats: ['es'] } });
  await mkdir(outDir, { recursive: true });
  for (const { name, content } of [...Object.values(scripts).flat(), ...modules]) {
    await writeFile(join(outDir, name), content);
  }
}

/** @typedef {{ name: string, content: string }} BuiltFile */

/**
 * @param {string} root @param {Record<string, string>} input @param {import('vite').Plugin[]} plugins
 * @param {import('vite').BuildOptions} options @param {'es' | 'iife'} [format]
 * @returns {Promise<BuiltFile[]>}
 */
async function bundle(root, input, plugins, options, format = 'es') {
  const { build } = await import('vite');
  const built = await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins,
    build: {
      ...options,
      write: false,
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
  return first.output.map(file => ({
    name: file.fileName,
    content: file.type === 'chunk' ? file.code : String(file.source),
  }));
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
