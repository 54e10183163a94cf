import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright';
import type { Browser as PuppeteerBrowser } from 'puppeteer-core';
import { assertNever } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Machine } from '../machine.ts';
import { siteFile } from '../siteFile.ts';
import { FIREFOX_PREFERENCES, findFirefox } from './firefox.ts';
import type { LabHost } from './labHost.ts';
import { type LabPage, labPage, type Tab } from './labPage.ts';

export interface OpenOptions {
  readonly machine: Pick<Machine, 'env' | 'site' | 'browserFlags' | 'findBrowser'>;
  /** Address of the site for browsers of this machine; ends with a slash. */
  readonly siteUrl: string;
  readonly headed: boolean;
  /** Further arguments for Chromium. */
  readonly browserArgs: readonly string[];
}

const PAGE = 'lab.html';

/** Address of the site for a browser elsewhere; the driver answers its requests. */
const ROUTED_SITE = 'https://foretoken.invalid/';

/** Leave signals to the command: a stopped run still reports. A run is one call, and takes minutes. */
const DRIVEN = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false, protocolTimeout: 0 };

/** Opens the lab in a host's browser. Throws the reason if it does not open. */
export async function openLabPage(host: LabHost, options: OpenOptions): Promise<LabPage> {
  switch (host.kind) {
    case 'chromium':
      return openInChromium(host.path, options);
    case 'firefox':
      return openInFirefox(host.path, options);
    case 'remote':
      return openRemotely(host, options);
    default:
      return assertNever(host);
  }
}

async function openInChromium(
  path: string | null,
  { machine, siteUrl, headed, browserArgs }: OpenOptions,
): Promise<LabPage> {
  const { launch } = await import('puppeteer-core');
  const args = [...machine.browserFlags, ...browserArgs];
  const executablePath = path ?? machine.findBrowser();
  const browser = await launch({ executablePath, args, headless: !headed, ...DRIVEN });
  return openedIn(browser, args, () => openTab(browser, siteUrl));
}

async function openInFirefox(
  path: string | null,
  { machine, siteUrl, headed }: OpenOptions,
): Promise<LabPage> {
  const { launch } = await import('puppeteer-core');
  const browser = await launch({
    browser: 'firefox',
    executablePath: path ?? findFirefox(machine.env),
    headless: !headed,
    extraPrefsFirefox: FIREFOX_PREFERENCES,
    ...DRIVEN,
  });
  const flags = Object.entries(FIREFOX_PREFERENCES).map(([name, value]) => `${name}=${value}`);
  return openedIn(browser, flags, () => openTab(browser, siteUrl));
}

async function openTab(browser: PuppeteerBrowser, siteUrl: string): Promise<Tab> {
  const page = await browser.newPage();
  await page.goto(siteUrl + PAGE);
  return { evaluate: (work, given) => page.evaluate(work, given), close: () => page.close() };
}

/** Playwright, which an installed package may have beside it. */
async function playwright() {
  try {
    return await import('playwright');
  } catch (cause) {
    const message =
      '--remote needs Playwright: npm i playwright, or run npx -p foretoken -p playwright foretoken lab …';
    throw new ForetokenError('invalid_option', message, {}, { cause });
  }
}

async function openRemotely(
  { protocol, url }: Extract<LabHost, { kind: 'remote' }>,
  { machine, headed, browserArgs }: OpenOptions,
): Promise<LabPage> {
  const { chromium } = await playwright();
  // Options for servers that start a browser per connection; others ignore them.
  const launching = { args: [...machine.browserFlags, ...browserArgs], headless: !headed };
  const headers = { 'x-playwright-launch-options': JSON.stringify(launching) };
  const browser: Browser =
    protocol === 'cdp' ? await chromium.connectOverCDP(url) : await chromium.connect(url, { headers });
  return openedIn(browser, [], async () => {
    // A phone has only the existing context.
    const page = await (browser.contexts()[0] ?? browser).newPage();
    await page.route(`${ROUTED_SITE}**`, async (route, request) => {
      const path = siteFile(machine.site, new URL(request.url()).pathname);
      await route.fulfill(path !== null && existsSync(path) ? { path } : { status: 404 });
    });
    await page.goto(ROUTED_SITE + PAGE);
    await page.bringToFront();
    return tabOf(page);
  });
}

/** Opens the lab in the tab of `openTab`. The browser is closed with it, or if it cannot be opened. */
async function openedIn(
  browser: { close(): Promise<void> },
  flags: readonly string[],
  openTab: () => Promise<Tab>,
): Promise<LabPage> {
  try {
    const tab = await openTab();
    return labPage(
      {
        ...tab,
        async close() {
          // The tab may be gone already.
          await tab.close().catch(() => {});
          await browser.close();
        },
      },
      flags,
    );
  } catch (error) {
    await browser.close();
    throw error;
  }
}

function tabOf(page: Page): Tab {
  return { evaluate: (work, given) => page.evaluate(work, given), close: () => page.close() };
}
