/**
 * Keeps the WOFF2 fonts of KaTeX's style sheet: every browser with WebGPU reads them, and the older formats are three quarters of its
 * files.
 *
 * @returns {import('vite').Plugin}
 */
export function onlyWoff2() {
  return {
    name: 'foretoken:only-woff2',
    enforce: 'pre',
    transform(code, id) {
      if (!/[\\/]katex[\\/].*\.css/.test(id)) return null;
      return code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g, '');
    },
  };
}
