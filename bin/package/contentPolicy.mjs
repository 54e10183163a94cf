import { createHash } from 'node:crypto';

const SELF = "'self'";
const NONE = "'none'";
/** Servers that a user may name for models; the browser itself forbids http elsewhere on a secure page. */
const MODELS = ['https:', 'http://localhost:*', 'http://127.0.0.1:*'];

/** Content-Security-Policy of all pages: no inline script or style, no eval, nothing of other sites but what is fetched as data. */
const EVERY_PAGE = {
  'default-src': [NONE],
  'script-src': [SELF],
  // Engine and service worker.
  'worker-src': [SELF],
  'style-src': [SELF],
  // Vite puts small files into the style sheet.
  'font-src': [SELF, 'data:'],
  'img-src': [SELF, 'data:'],
  'connect-src': [SELF, ...MODELS],
  'manifest-src': [SELF],
  'base-uri': [NONE],
  'form-action': [NONE],
};

/** Directives that a page has in place of those. Each page has a row, so that a new one is thought about. */
const PAGES = {
  'index.html': {},
  'lab.html': {},
  'spec-bench.html': { 'worker-src': [NONE], 'connect-src': [SELF] },
  // One file, which also opens from a disk: its script and style are within, by their hashes.
  'compare.html': { 'worker-src': [NONE], 'connect-src': [SELF] },
  // Browsers differ in whether 'self' includes WebSockets.
  'engine.html': { 'connect-src': [SELF, ...MODELS, 'ws:', 'wss:'] },
  // The tests import packages from Blobs there.
  'harness.html': { 'script-src': [SELF, 'blob:'], 'worker-src': [SELF, 'blob:'] },
  // None: it is never published, and runs other engines for comparison.
  'bench/bench.html': null,
};

/**
 * Writes the policy of each built page into its head.
 *
 * @returns {import('vite').Plugin}
 */
export function contentPolicies() {
  return {
    name: 'foretoken:content-policies',
    apply: 'build',
    // After the plugins that emit pages.
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.html')) continue;
        file.source = withPolicy(file.fileName, String(file.source));
      }
    },
  };
}

/**
 * @param {string} page name of the file
 * @param {string} html
 */
export function withPolicy(page, html) {
  const own = PAGES[/** @type {keyof typeof PAGES} */ (page)];
  if (own === null) return html;
  if (own === undefined)
    throw new Error(`${page} has no Content-Security-Policy; add a row to bin/package/contentPolicy.mjs`);
  const policy = { ...EVERY_PAGE, ...own };
  const scripts = hashes(html, /<script(?: type="module")?(?: crossorigin)?>(.*?)<\/script>/gs);
  const styles = hashes(html, /<style>(.*?)<\/style>/gs);
  const directives = Object.entries({
    ...policy,
    'script-src': [...policy['script-src'], ...scripts],
    'style-src': [...policy['style-src'], ...styles],
  }).map(([name, sources]) => `${name} ${sources.join(' ')}`);
  const meta = `<meta http-equiv="Content-Security-Policy" content="${directives.join('; ')}" />`;
  return html.replace('<meta charset="utf-8" />', found => `${found}\n    ${meta}`);
}

/** Sources that allow what `element` finds in the page. */
function hashes(/** @type {string} */ html, /** @type {RegExp} */ element) {
  return [...html.matchAll(element)].map(
    ([, content]) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`,
  );
}
