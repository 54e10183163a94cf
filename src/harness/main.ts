import { createServer } from '../client/index.ts';
import { Harness } from './harness.ts';

declare global {
  interface Window {
    /** API for browser drivers that use Foretoken on this page. */
    foretoken: { readonly createServer: typeof createServer };
    /** API for the project's own tests. */
    harness: Harness;
  }
}

window.foretoken = { createServer };
window.harness = new Harness();
