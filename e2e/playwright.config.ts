import { defineConfig } from 'playwright/test';
import { chromiumFlags, ensureChromium } from '../bin/chromium.mjs';

const PORT = Number(process.env.FORETOKEN_TEST_PORT ?? 4187);

// The tests share one machine's worth of GPU, which without a real one is its processor: one worker, patient limits.
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  workers: 1,
  retries: 0,
  timeout: 120_000,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${PORT}/`,
    launchOptions: { executablePath: ensureChromium(), args: chromiumFlags() },
  },
  // The built site, as it would be published: `npm test` has built it just before, otherwise run `npm run build`.
  webServer: {
    command: `npx vite preview --port ${PORT} --strictPort`,
    cwd: '..',
    url: `http://localhost:${PORT}/harness.html`,
    reuseExistingServer: false,
    stdout: 'ignore',
  },
});
