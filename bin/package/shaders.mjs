import { readFile } from 'node:fs/promises';

/**
 * Vite plugin that imports shaders without their comments and indentation, which are half of their compressed size.
 *
 * @returns {import('vite').Plugin}
 */
export function bareShaders() {
  return {
    name: 'foretoken:bare-shaders',
    enforce: 'pre',
    async load(id) {
      const [, path] = /^(.*\.wgsl)\?raw$/.exec(id) ?? [];
      if (path === undefined) return null;
      const lines = (await readFile(path, 'utf8')).split('\n').map(line => line.replace(/\/\/.*/, '').trim());
      return `export default ${JSON.stringify(`${lines.filter(Boolean).join('\n')}\n`)}`;
    },
  };
}
