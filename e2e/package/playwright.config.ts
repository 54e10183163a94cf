import { defineConfig } from 'playwright/test';
import { chromiumFlags, ensureChromium } from '../../bin/chromium.mjs';

// Proofs of the packed tarball. `npm test` runs the quick ones among its own, see e2e/playwright.config.ts.
export default defineConfig({
  testDir: '.',
  testMatch: ['*.spec.ts', '*.proof.ts'],
  outputDir: '../../test-results',
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  workers: 1,
  use: { launchOptions: { executablePath: ensureChromium(), args: chromiumFlags() } },
});
