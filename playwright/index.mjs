import { test as base } from 'playwright/test';
import { webgpuFixtures } from './fixtures.mjs';

export { expect } from 'playwright/test';

export const test = base.extend(webgpuFixtures);
