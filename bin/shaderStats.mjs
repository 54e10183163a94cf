// npm run shader-stats -- setup|table|compare|check [options]: what the GPU compilers of Mesa make of the kernels, without a GPU:
// registers, spills, occupancy, instructions and bytes per weight. See docs/shader-stats.md.
import { fileURLToPath } from 'node:url';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  installPackages(root);
  const { runnerImport } = await import('vite');
  const command = fileURLToPath(new URL('../bench/shaderStats/command.ts', import.meta.url));
  const { module } = await runnerImport(command, { root, configFile: false, logLevel: 'error' });
  process.exitCode = (await module.shaderStats(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  console.error(`npm run shader-stats: ${error.message}`);
  process.exitCode = 1;
}
