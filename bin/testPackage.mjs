// npm run test:package [-- Playwright's arguments]: packs the tarball, installs it into an empty project for each bundler, and
// completes a prompt in what it builds; also npx, declarations and Content-Security-Policies. Downloads the bundlers.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './chromium.mjs';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  installPackages(root);
  const FORETOKEN_CHROMIUM = ensureChromium();
  const cli = join(root, 'node_modules', 'playwright', 'cli.js');
  const { status } = spawnSync(
    process.execPath,
    [cli, 'test', '-c', 'e2e/package', ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, FORETOKEN_CHROMIUM },
    },
  );
  process.exitCode = status ?? 1;
} catch (error) {
  console.error(`npm run test:package: ${error.message}`);
  process.exitCode = 1;
}
