import { type Flag, withBrowser } from './flag.ts';

/** Flags for the browser whose tab owns the GPU. */
export const BROWSER_FLAGS: readonly Flag[] = [
  {
    names: ['--browser'],
    value: 'PATH',
    help: 'the Chromium to use (default: the one that is found)',
    apply: (given, path) => withBrowser(given, { path }),
  },
  {
    names: ['--headed'],
    help: 'show the window of the browser',
    apply: given => withBrowser(given, { headed: true }),
  },
  {
    names: ['--browser-arg'],
    value: 'ARG',
    help: 'one more argument for the browser; may be repeated',
    apply: (given, arg) => withBrowser(given, { args: [...given.browser.args, arg] }),
  },
  {
    names: ['--attach'],
    help: 'start no browser: print an address, and the tab that opens it is the engine',
    apply: given => withBrowser(given, { attach: true }),
  },
];
