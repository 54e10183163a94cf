import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Builds the page of the benchmarks and serves it, with the bundled models, on a port of this machine. The page is cross-origin
 * isolated: Foretoken does not need that, but wllama has threads only then, and clocks are finer.
 *
 * @param {string} root folder of package.json
 */
export async function serveBenchSite(root) {
  const { build, preview } = await import('vite');
  const outDir = await mkdtemp(join(root, '.build-bench-'));
  try {
    const input = join(root, 'bench', 'bench.html');
    await build({ root, logLevel: 'error', build: { outDir, rolldownOptions: { input } } });
    const headers = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    };
    const server = await preview({
      root,
      logLevel: 'warn',
      build: { outDir },
      preview: { port: 8190, headers },
    });
    const close = async () => {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    };
    return { url: new URL('bench/bench.html', server.resolvedUrls.local[0]).href, close };
  } catch (error) {
    await rm(outDir, { recursive: true, force: true });
    throw error;
  }
}
