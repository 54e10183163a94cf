import { defineConfig } from 'playwright/test';
import base from '../playwright.config.ts';

// Long tests of the model store: `npm run test:store`, after `npm run build`.
export default defineConfig({
  ...base,
  testDir: '.',
  outputDir: '../../test-results',
  workers: 1,
  projects: [{ name: 'store' }],
});
