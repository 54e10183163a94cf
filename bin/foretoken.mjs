#!/usr/bin/env node
// foretoken serve -m FILE …: llama-server, with a browser tab as its GPU. Installs and builds what is missing first.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { freshen } from './fresh.mjs';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  installPackages(root);
  await freshen(root);
  const { main } = await import('../dist-cli/main.js');
  await main(process.argv.slice(2), {
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    site: join(root, 'dist'),
    keeper: join(root, 'bin', 'keeper.mjs'),
    browserFlags: chromiumFlags(),
    findBrowser: ensureChromium,
    log: line => console.log(line),
  });
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
