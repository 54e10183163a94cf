#!/usr/bin/env node
// foretoken serve|lab|tokenize of the installed package, which has everything built.
import { fileURLToPath } from 'node:url';
import { main } from '../dist-cli/main.js';
import { findChromium, NO_CHROMIUM } from './chromium.mjs';
import { machineAt } from './machine.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  await main(process.argv.slice(2), machineAt(root, installedChromium));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

function installedChromium() {
  const found = findChromium();
  if (found) return found;
  throw new Error(NO_CHROMIUM);
}
