import { defineConfig } from 'playwright/test';

// Follows the guides of docs/guides like a reader does, each in a folder of its own: `npm run test:guides`. It packs the package,
// downloads what the guides install, and needs openssl.
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  timeout: 600_000,
  expect: { timeout: 120_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  workers: 1,
});
