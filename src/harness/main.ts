import { createServer } from '../client/index.ts';
import { Harness } from './harness.ts';

declare global {
  interface Window {
    /** For browser drivers: everything they need to use Foretoken on this page. */
    foretoken: { readonly createServer: typeof createServer };
    /** For the project's own tests. */
    harness: Harness;
  }
}

window.foretoken = { createServer };
window.harness = new Harness();
