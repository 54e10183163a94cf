import { chromium, type Page } from 'playwright/test';
import { chromiumFlags, ensureChromium } from '../../bin/chromium.mjs';
import type { Site } from '../package/next.ts';
import { test as base } from '../package/test.ts';
import { HubHost } from './hub.ts';
import { followGuide } from './project.ts';

export { expect } from '../package/test.ts';

/** Opens a page of an extension that a browser of its own has loaded. */
export type OpenExtensionPage = (path: string) => Promise<Page>;

/** Functions to call at the end of a test, the last first. */
type Endings = (() => Promise<unknown>)[];

interface Fixtures {
  endings: Endings;
  /** Follows a guide, with the packed package, and returns the folder of the project. */
  follow(name: string): Promise<string>;
  /** Serves a followed guide and returns its address. */
  serve(start: (folder: string) => Promise<Site>, folder: string): Promise<string>;
  openExtension(folder: string): Promise<OpenExtensionPage>;
}

/** Test whose browser finds a bundled model on the Hugging Face Hub, and whose pages fail on errors of theirs. */
export const test = base.extend<Fixtures, { hub: HubHost }>({
  hub: [
    async ({ browserName: _ }, use) => {
      const hub = await HubHost.open();
      await use(hub);
      await hub.close();
    },
    { scope: 'worker' },
  ],
  launchOptions: [
    async ({ hub }, use) => {
      await use({ executablePath: ensureChromium(), args: [...chromiumFlags(), ...hub.flags] });
    },
    { scope: 'worker' },
  ],
  async endings({ browserName: _ }, use) {
    const endings: Endings = [];
    await use(endings);
    for (const end of endings.reverse()) await end();
  },
  async follow({ packed }, use) {
    await use(async name => {
      const folder = await packed.folder();
      await followGuide(name, folder, packed.tarball);
      return folder;
    });
  },
  async serve({ endings }, use) {
    await use(async (start, folder) => {
      const { url, close } = await start(folder);
      endings.push(close);
      return url;
    });
  },
  async page({ page }, use) {
    const errors: unknown[] = [];
    page.on('pageerror', error => errors.push(error));
    await use(page);
    if (errors.length > 0) throw new AggregateError(errors, String(errors[0]));
  },
  async openExtension({ launchOptions, packed, endings }, use) {
    await use(async folder => {
      const context = await chromium.launchPersistentContext(await packed.folder(), {
        ...launchOptions,
        ignoreDefaultArgs: ['--disable-extensions'],
        args: [
          ...(launchOptions.args ?? []),
          `--disable-extensions-except=${folder}`,
          `--load-extension=${folder}`,
        ],
      });
      endings.push(() => context.close());
      const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
      return async path => {
        const page = await context.newPage();
        await page.goto(new URL(path, worker.url()).href);
        return page;
      };
    });
  },
});
