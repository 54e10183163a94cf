import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

export interface BrowserOptions {
  /** Path of bin/keeper.mjs. */
  readonly keeper: string;
  /** Path of a Chromium. */
  readonly executable: string;
  readonly args: readonly string[];
  readonly headed: boolean;
}

/** Browser with one tab. */
export interface Browser {
  /** Resolves when it has ended and its profile is deleted. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Keep the tab running in the background, and the browser from asking questions. */
const FLAGS = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-breakpad',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-renderer-backgrounding',
  '--enable-unsafe-swiftshader',
  '--mute-audio',
  '--no-default-browser-check',
  '--password-store=basic',
  '--use-mock-keychain',
];

/** A browser that is just ending may still write. */
const REMOVAL = { recursive: true, force: true, maxRetries: 20, retryDelay: 25 };

/**
 * Opens `url` in a separate browser, in a window without a tool bar: that of a full window is a renderer that costs as much as
 * the rest of Chromium's start. When its standard input closes, the keeper process kills the remaining browser processes and
 * deletes the profile, also if this process is killed.
 */
export function openBrowser(url: string, { keeper, executable, args, headed }: BrowserOptions): Browser {
  const profile = mkdtempSync(join(tmpdir(), 'foretoken-'));
  const flags = [...FLAGS, ...(headed ? [] : ['--headless']), ...args];
  // Chromium ends when the debugging pipe (descriptors 3 and 4) closes, even if this process is killed.
  const browser = spawn(
    executable,
    [`--user-data-dir=${profile}`, '--remote-debugging-pipe', ...flags, `--app=${url}`],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      // Separate process group: out of reach of the terminal's Ctrl-C, and can be killed as a whole.
      detached: process.platform !== 'win32',
      windowsHide: true,
    },
  );
  for (const pipe of browser.stdio) {
    pipe?.on('error', () => {});
    if (pipe instanceof Readable) pipe.resume();
  }
  const watcher = spawn(process.execPath, [keeper, profile, String(browser.pid ?? '')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    windowsHide: true,
  });
  // Without this listener a missing keeper would end this process, too.
  watcher.stdin.on('error', () => {});
  const end = () => watcher.stdin.end();
  browser.once('error', end).once('exit', end);
  // The keeper has deleted the profile, unless it was killed itself.
  const ended = once(watcher, 'close')
    .catch(() => {})
    .then(() => rm(profile, REMOVAL));
  return {
    ended,
    async close() {
      end();
      await ended;
    },
  };
}
