import { createServer } from '../client/index.ts';

declare global {
  interface Window {
    /** For browser drivers: everything they can do on this page. */
    foretoken: { readonly createServer: typeof createServer };
  }
}

window.foretoken = { createServer };
