import { findAdapter } from './adapter.mjs';
import { withWebgpuFlags } from './flags.mjs';
import { checkFaults, Watch } from './watch.mjs';

/** Time for a browser to answer after its launch. */
const LAUNCH_LIMIT_MS = 60_000;

export const webgpuFixtures = {
  webgpu: [{}, { scope: 'worker', option: true }],

  allowedWebgpuFaults: [[], { option: true }],

  launchOptions: [
    async ({ launchOptions, browserName, webgpu }, use) => {
      await use(browserName === 'chromium' ? withWebgpuFlags(launchOptions, webgpu) : launchOptions);
    },
    { scope: 'worker', box: true },
  ],

  // Worker-scoped, because contexts that `beforeAll` opened outlive a test.
  webgpuWatch: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from here
    async ({}, use) => {
      const watch = new Watch();
      await use(watch);
      checkFaults(watch.take(), 'after the last test');
    },
    { scope: 'worker', box: true },
  ],

  // Tries the adapter when the browser is launched, so no test with a browser can skip that.
  browser: [
    async ({ browser, launchOptions, webgpu, webgpuWatch }, use) => {
      webgpuWatch.adapter = await findAdapter(browser, webgpu, launchOptions.args ?? []);
      const newContext = browser.newContext.bind(browser);
      browser.newContext = async options => {
        const context = await newContext(options);
        await webgpuWatch.observe(context);
        return context;
      };
      await use(browser);
    },
    { scope: 'worker', timeout: LAUNCH_LIMIT_MS },
  ],

  adapter: [
    // Depends on `browser`, whose fixture finds the adapter.
    async ({ browser: _, webgpuWatch }, use) => {
      await use(webgpuWatch.adapter);
    },
    { scope: 'worker', box: true },
  ],

  context: async ({ context, webgpuWatch }, use) => {
    // A context that Playwright reuses did not come from `newContext`.
    if (!webgpuWatch.observes(context)) {
      throw new Error(
        'WebGPU cannot be watched in a context that Playwright reuses; remove reuseContext and PW_TEST_REUSE_CONTEXT',
      );
    }
    await use(context);
    // Submitted work may still fail, and after the context is closed the failure would go unnoticed.
    await webgpuWatch.settle();
  },

  webgpuVerdict: [
    async ({ allowedWebgpuFaults, webgpuWatch }, use, testInfo) => {
      await use();
      await webgpuWatch.settle();
      const { adapter } = webgpuWatch;
      if (adapter) {
        const name = [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' ');
        testInfo.annotations.push({ type: 'webgpu', description: name });
      }
      checkFaults(
        webgpuWatch.take().filter(({ kind }) => !allowedWebgpuFaults.includes(kind)),
        'in this test',
      );
    },
    { auto: true, box: true },
  ],
};
