import { defineConfig } from 'playwright/test';

// Tests of deploy/, Dockerfile, action.yml and the workflows: `npm run test:deploy`. They start real servers and a real balancer.
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/deploy',
  timeout: 300_000,
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  workers: 1,
});
