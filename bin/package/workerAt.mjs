/** Start of the worker in the sources, which Vite's server recognises. */
const SOURCE =
  "new Worker(new URL('../worker/main.ts', import.meta.url), { type: 'module', name: 'foretoken' })";
const PLACEHOLDER = '__FORETOKEN_START_WORKER__';

/**
 * Vite plugin that starts the worker with a script that is built on its own, at `address` from the importing file.
 *
 * @param {string} address @returns {import('vite').Plugin}
 */
export function workerAt(address) {
  const start = `new Worker(new URL("${address}", import.meta.url), { type: "module", name: "foretoken" })`;
  return {
    name: 'foretoken:worker-at',
    apply: 'build',
    enforce: 'pre',
    transform: code => (code.includes(SOURCE) ? code.replace(SOURCE, PLACEHOLDER) : undefined),
    // Comes after minification, because bundlers recognise the expression in this form only.
    generateBundle(_, files) {
      for (const file of Object.values(files)) {
        if (file.type === 'chunk') file.code = file.code.replace(PLACEHOLDER, start);
      }
    },
  };
}
