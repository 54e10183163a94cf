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
  const start = workerFrom(`new URL("${address}", import.meta.url)`);
  return {
    name: 'foretoken:worker-at',
    apply: 'build',
    enforce: 'pre',
    transform: code => withStart(code, PLACEHOLDER),
    // Comes after minification, because bundlers recognise the expression in this form only.
    generateBundle(_, files) {
      for (const file of Object.values(files)) {
        if (file.type === 'chunk') file.code = file.code.replace(PLACEHOLDER, start);
      }
    },
  };
}

/** Expression that starts the worker at the address that `url` evaluates to. @param {string} url */
export function workerFrom(url) {
  return `new Worker(${url}, { type: "module", name: "foretoken" })`;
}

/**
 * Module with `start` in the place of the start of the worker in the sources; undefined for every other module.
 *
 * @param {string} code @param {string} start
 */
export function withStart(code, start) {
  return code.includes(SOURCE) ? code.replace(SOURCE, start) : undefined;
}
