import { defineConfig } from 'playwright/test';

// The page in an installed Firefox, which Playwright cannot drive: `npm run test:firefox`.
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  workers: 1,
});
