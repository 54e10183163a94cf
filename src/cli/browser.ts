import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface BrowserOptions {
  /** Path of bin/keeper.mjs. */
  readonly keeper: string;
  /** Path of a Chromium. */
  readonly executable: string;
  readonly args: readonly string[];
  readonly headed: boolean;
}

/** A browser with one tab. */
export interface Browser {
  /** Resolves when it has ended and its profile is gone. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Keeps the tab at work where nobody looks at it, and the browser from asking questions. */
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
 * Opens `url` in a browser of its own. The keeper between us and it ends it and removes its profile as soon as its
 * standard input closes, so it also does when this process is killed.
 */
export function openBrowser(url: string, { keeper, executable, args, headed }: BrowserOptions): Browser {
  const profile = mkdtempSync(join(tmpdir(), 'foretoken-'));
  const command = [keeper, profile, executable, ...FLAGS, ...(headed ? [] : ['--headless']), ...args, url];
  const child = spawn(process.execPath, command, {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of reach of the terminal's Ctrl-C: when the browser ends is our business.
    detached: true,
    windowsHide: true,
  });
  // Without the listener a keeper that is gone already would end us, too.
  child.stdin.on('error', () => {});
  // The keeper has removed the profile, unless it was killed itself.
  const ended = once(child, 'close')
    .catch(() => {})
    .then(() => rm(profile, REMOVAL));
  return {
    ended,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
