import { defineConfig } from 'playwright/test';
import base from '../playwright.config.ts';

// Kernels of all weight types in every tuning: `npm run test:kernels`.
export default defineConfig({
  ...base,
  testDir: '.',
  outputDir: '../../test-results',
  fullyParallel: true,
  projects: [{ name: 'kernels' }],
});
