import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Says what to do without a Chromium. */
export const NO_CHROMIUM =
  'no Chromium found: install Chrome or Chromium, or set FORETOKEN_CHROMIUM to the path of its executable';
const DOWNLOAD_LIMIT_MS = 180_000;

/** Flags that enable WebGPU without a GPU (SwiftShader). */
export const WEBGPU_FLAGS = ['--enable-unsafe-webgpu'];

/** Flags that enable WebGPU without a GPU and disable the browser's own network requests. */
export function chromiumFlags() {
  return [
    ...WEBGPU_FLAGS,
    ...(isRoot() ? ['--no-sandbox'] : []),
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ];
}

/**
 * Finds the Chromium on this machine: `FORETOKEN_CHROMIUM`, then Playwright's own build, then the usual places of Chromium and
 * Chrome. Throws if `FORETOKEN_CHROMIUM` names no file.
 *
 * @returns {string | null} path of the executable
 */
export function findChromium() {
  const chosen = process.env.FORETOKEN_CHROMIUM;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`FORETOKEN_CHROMIUM is ${chosen}, but there is no such file; correct or unset it`);
  }
  return [playwrightBuild(), ...usualPlaces()].find(path => path && existsSync(path)) ?? null;
}

/**
 * Finds the Chromium on this machine. If there is none, Playwright or, for root on Debian, apt installs one. Throws an `Error`
 * with a one-line remedy if that fails too.
 *
 * @returns {string} path of the executable
 */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  console.log('No Chromium found; downloading the build of Playwright');
  run(process.execPath, [playwrightPath('cli.js'), 'install', '--no-shell', 'chromium'], DOWNLOAD_LIMIT_MS);
  if (!findChromium() && isRoot() && existsSync('/etc/debian_version')) {
    console.log('Installing Chromium with apt-get');
    if (run('apt-get', ['update'])) run('apt-get', ['install', '-y', 'chromium']);
  }
  const installed = findChromium();
  if (!installed) throw new Error(NO_CHROMIUM);
  return installed;
}

/**
 * Finds Playwright's build, if it may have downloaded one. Asking Playwright itself takes a third of a second, half the time that
 * Chromium needs to start.
 *
 * @returns {string | undefined}
 */
function playwrightBuild() {
  if (!existsSync(playwrightFolder())) return undefined;
  try {
    return createRequire(import.meta.url)('playwright').chromium.executablePath();
  } catch {
    return undefined; // Playwright has no build for this system.
  }
}

/** Folder of Playwright's browsers, according to its documentation. */
function playwrightFolder() {
  const chosen = process.env.PLAYWRIGHT_BROWSERS_PATH;
  // "0" means beside its own package, wherever that is.
  if (chosen) return chosen === '0' ? '.' : chosen;
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Caches', 'ms-playwright');
    case 'win32':
      return join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'ms-playwright');
    default:
      return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ms-playwright');
  }
}

/** @param {string} file */
function playwrightPath(file) {
  return join(createRequire(import.meta.url).resolve('playwright/package.json'), '..', file);
}

/** @returns {string[]} */
function usualPlaces() {
  switch (process.platform) {
    case 'darwin':
      return [
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
      ];
    case 'win32':
      return [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
        .filter(folder => folder !== undefined)
        .map(folder => `${folder}\\Google\\Chrome\\Application\\chrome.exe`);
    default:
      return [
        '/usr/bin/chromium',
        '/usr/bin/chromium-browser',
        '/usr/bin/google-chrome',
        '/usr/bin/google-chrome-stable',
        '/opt/google/chrome/chrome',
        '/snap/bin/chromium',
      ];
  }
}

function isRoot() {
  return process.getuid?.() === 0;
}

/**
 * @param {string} command @param {string[]} args @param {number} [timeout] milliseconds
 * @returns {boolean} whether it succeeded
 */
function run(command, args, timeout) {
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    // Without a network each mirror would otherwise take half a minute, several times.
    PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000',
  };
  return spawnSync(command, args, { stdio: 'inherit', env, timeout }).status === 0;
}
