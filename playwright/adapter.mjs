// @ts-check
import { isFallbackAdapter } from '../src/util/fallbackAdapter.mjs';
import { tryWebgpu } from './tryWebgpu.mjs';

/** Reserved name: the tests answer for the page, and `https` makes it a secure context, which WebGPU needs. */
const PAGE = 'https://webgpu.invalid/';

/**
 * Lets the browser's adapter compute something, on a page that needs no server. Throws if that fails, or if the adapter does not
 * meet the requirements.
 *
 * @param {import('playwright/test').Browser} browser
 * @param {import('./fixtures.mjs').WebgpuOptions} webgpu
 * @param {readonly string[]} flags with which the browser was launched, for the message
 * @returns {Promise<import('./fixtures.mjs').Adapter>}
 */
export async function findAdapter(browser, webgpu, flags) {
  const { fallbackAdapter = 'allow', powerPreference, requiredFeatures = [] } = webgpu;
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const launched = `${browser.browserType().name()} ${browser.version()}, flags: ${flags.join(' ') || 'none'}`;
  const fail = (/** @type {string} */ what, /** @type {string} */ remedy) =>
    new Error(`no WebGPU for these tests: ${what}; ${remedy} (${launched})`);
  try {
    const page = await context.newPage();
    await page.route(`${PAGE}**`, route =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>WebGPU</title>' }),
    );
    await page.goto(PAGE);
    const outcome = await page.evaluate(tryWebgpu, { ...(powerPreference && { powerPreference }) });
    switch (outcome.kind) {
      case 'no-webgpu':
        throw fail(
          'the browser has no navigator.gpu',
          'use a current Chromium, and remove flags that switch WebGPU off',
        );
      case 'no-adapter':
        throw fail(
          'requestAdapter() gave null',
          flags.includes('--enable-unsafe-webgpu')
            ? 'remove flags that switch the GPU process or SwiftShader off, or install a Vulkan driver'
            : 'the flags of this fixture are missing: set launchOptions in the config, since in test.use() they replace them',
        );
      case 'failed':
        throw fail(
          `${outcome.adapter} does not work: ${outcome.message}`,
          'update the driver or the browser',
        );
      case 'works': {
        const adapter = { ...outcome.adapter, isFallbackAdapter: isFallbackAdapter(outcome.adapter) };
        const name =
          [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' ') || 'unnamed';
        if (fallbackAdapter === 'refuse' && adapter.isFallbackAdapter) {
          throw fail(
            `the adapter (${name}) is a fallback adapter, which fallbackAdapter: 'refuse' excludes`,
            'run on a machine with a GPU and its driver, and pass the flags that it needs',
          );
        }
        if (fallbackAdapter === 'require' && !adapter.isFallbackAdapter) {
          throw fail(
            `the adapter (${name}) is no fallback adapter, which fallbackAdapter: 'require' asks for`,
            'remove flags that choose another adapter',
          );
        }
        const missing = requiredFeatures.filter(feature => !adapter.features.includes(feature));
        if (missing.length > 0) {
          throw fail(
            `the adapter (${name}) lacks ${missing.join(', ')} of requiredFeatures; it has ${adapter.features.join(', ')}`,
            'require less, or run these tests as a project of their own on an adapter that has it',
          );
        }
        return adapter;
      }
    }
  } finally {
    await context.close();
  }
}
