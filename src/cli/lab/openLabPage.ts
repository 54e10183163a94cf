import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright';
import { assertNever } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Machine } from '../machine.ts';
import { siteFile } from '../siteFile.ts';
import type { LabHost } from './labHost.ts';
import { type LabPage, labPage, type Tab } from './labPage.ts';

export interface OpenOptions {
  readonly machine: Pick<Machine, 'site' | 'browserFlags' | 'findBrowser'>;
  /** Where browsers of this machine find the site; ends with a slash. */
  readonly siteUrl: string;
  readonly headed: boolean;
  /** Further arguments for Chromium. */
  readonly browserArgs: readonly string[];
}

const PAGE = 'lab.html';

/** Where a browser elsewhere believes the site to be: what it asks for there, its driver answers. */
const ROUTED_SITE = 'https://foretoken.invalid/';

/** Signals are the command's: a run that is to end still reports. */
const NO_SIGNALS = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };

/** What makes Firefox offer WebGPU where it does not by itself. */
const FIREFOX_PREFERENCES = {
  'dom.webgpu.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
};

const FIREFOX_PLACES = [
  '/usr/bin/firefox',
  '/usr/bin/firefox-esr',
  '/snap/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

/** Opens the lab in a host's browser. Throws what keeps it from opening. */
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
  const { chromium } = await import('playwright');
  const args = [...machine.browserFlags, ...browserArgs];
  const executablePath = path ?? machine.findBrowser();
  const browser = await chromium.launch({ executablePath, args, headless: !headed, ...NO_SIGNALS });
  return openedIn(browser, args, async () => {
    const page = await browser.newPage();
    await page.goto(siteUrl + PAGE);
    return tabOf(page);
  });
}

async function openInFirefox(path: string | null, { siteUrl, headed }: OpenOptions): Promise<LabPage> {
  const { launch } = await import('puppeteer-core');
  const browser = await launch({
    browser: 'firefox',
    executablePath: path ?? findFirefox(),
    headless: !headed,
    extraPrefsFirefox: FIREFOX_PREFERENCES,
    // A run is one call, and takes minutes.
    protocolTimeout: 0,
    ...NO_SIGNALS,
  });
  const flags = Object.entries(FIREFOX_PREFERENCES).map(([name, value]) => `${name}=${value}`);
  return openedIn(browser, flags, async () => {
    const page = await browser.newPage();
    await page.goto(siteUrl + PAGE);
    return { evaluate: (work, given) => page.evaluate(work, given), close: () => page.close() };
  });
}

function findFirefox(): string {
  const found = FIREFOX_PLACES.find(path => existsSync(path));
  if (found) return found;
  throw new ForetokenError('invalid_option', 'no Firefox found; give its path as --browser /path/to/firefox');
}

async function openRemotely(
  { protocol, url }: Extract<LabHost, { kind: 'remote' }>,
  { machine, headed, browserArgs }: OpenOptions,
): Promise<LabPage> {
  const { chromium } = await import('playwright');
  // For servers that start a browser when somebody comes; others have one.
  const launching = { args: [...machine.browserFlags, ...browserArgs], headless: !headed };
  const headers = { 'x-playwright-launch-options': JSON.stringify(launching) };
  const browser: Browser =
    protocol === 'cdp' ? await chromium.connectOverCDP(url) : await chromium.connect(url, { headers });
  return openedIn(browser, [], async () => {
    // The context that is there already is the only one that a phone has.
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

/** The lab in the tab that `openTab` opens; the browser is left when it is closed, or cannot be opened. */
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
          // A tab that is gone already is closed as well.
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
