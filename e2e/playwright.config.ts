import { fileURLToPath } from 'node:url';
import { defineConfig } from 'playwright/test';
import { chromiumFlags, ensureChromium } from '../bin/chromium.mjs';

const PORT = Number(process.env.FORETOKEN_TEST_PORT ?? 4187);

/** Specs that measure time. `npm test` runs them after all others. */
const TIMED = ['autotune', 'counters', 'firstVisit', 'longConversation', 'serve', 'soak'].map(
  name => `${name}.spec.ts`,
);

/** Folders with scripts of their own, such as `npm run test:deploy`. Of e2e/package the quick spec is run here, too. */
const ELSEWHERE = ['deploy', 'firefox', 'guides', 'kernels', 'store'].map(name =>
  fileURLToPath(new URL(`${name}/**`, import.meta.url)),
);

// The tests share one GPU, or without one its replacement, the processor: so limits are generous, and there are only as many
// workers as use two cores. A single worker would leave half of them idle whenever a shader is compiled.
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  retries: 0,
  timeout: 240_000,
  expect: {
    timeout: 20_000,
    // Machines draw the edges of the same letters differently.
    toHaveScreenshot: { maxDiffPixelRatio: 0.01, animations: 'disabled' },
  },
  snapshotPathTemplate: '{testDir}/looks/{arg}{ext}',
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  workers: 2,
  projects: [
    { name: 'together', testIgnore: [...TIMED, ...ELSEWHERE] },
    { name: 'alone', testMatch: TIMED, workers: 1 },
  ],
  use: {
    baseURL: `http://localhost:${PORT}/`,
    launchOptions: { executablePath: ensureChromium(), args: chromiumFlags() },
  },
  // The built site, as it would be published: `npm test` has built it just before, otherwise run `npm run build`.
  webServer: {
    command: `npx vite preview --port ${PORT} --strictPort`,
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    url: `http://localhost:${PORT}/harness.html`,
    reuseExistingServer: false,
    stdout: 'ignore',
  },
});
