import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, chromium, type Page } from 'playwright/test';
import { chromiumFlags, ensureChromium } from '../../bin/chromium.mjs';
import { HubHost } from './hub.ts';
import { followGuide, type Site } from './project.ts';

/** Opens a page of an extension that a browser of its own has loaded. */
export type OpenExtensionPage = (path: string) => Promise<Page>;

/** What ends with a test, the last first. */
type Endings = (() => Promise<unknown>)[];

interface Fixtures {
  endings: Endings;
  /** Follows a guide, with the packed package, and returns the folder of the project. */
  follow(name: string): Promise<string>;
  /** Serves a followed guide and returns its address. */
  serve(start: (folder: string) => Promise<Site>, folder: string): Promise<string>;
  openExtension(folder: string): Promise<OpenExtensionPage>;
}

/** Test whose pages find a bundled model on the Hugging Face Hub, and fail on errors of theirs. */
export const test = base.extend<Fixtures, { tarball: string; hub: HubHost }>({
  tarball: [
    async ({ browserName: _ }, use) => {
      const tarball = process.env.FORETOKEN_TARBALL;
      if (!tarball) throw new Error('FORETOKEN_TARBALL has to name the packed package');
      await use(tarball);
    },
    { scope: 'worker' },
  ],
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
  async follow({ tarball, endings }, use) {
    await use(async name => {
      const folder = await mkdtemp(join(tmpdir(), `foretoken-guide-${name}-`));
      endings.push(() => remove(folder));
      await followGuide(name, folder, tarball);
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
  async openExtension({ launchOptions, endings }, use) {
    await use(async folder => {
      const profile = await mkdtemp(join(tmpdir(), 'foretoken-profile-'));
      endings.push(() => remove(profile));
      const context = await chromium.launchPersistentContext(profile, {
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

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
