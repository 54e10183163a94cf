import type {
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
  TestType,
} from 'playwright/test';
import type { WebgpuTestOptions, WebgpuWorkerFixtures } from './fixtures.mjs';

export { expect } from 'playwright/test';
export type {
  Adapter,
  WebgpuFault,
  WebgpuFaultKind,
  WebgpuOptions,
  WebgpuTestOptions,
  WebgpuWorkerFixtures,
} from './fixtures.mjs';

/** Playwright's `test`, in which every test with a browser requires a working WebGPU adapter. */
export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & WebgpuTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & WebgpuWorkerFixtures
>;
