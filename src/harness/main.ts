import { connectServer, createServer, estimate, ModelStore, serveOrigin } from '../client/index.ts';
import { Harness } from './harness.ts';

declare global {
  interface Window {
    /** API for browser drivers that use Foretoken on this page. */
    foretoken: {
      readonly createServer: typeof createServer;
      readonly estimate: typeof estimate;
      readonly connectServer: typeof connectServer;
      readonly serveOrigin: typeof serveOrigin;
      readonly ModelStore: typeof ModelStore;
    };
    /** API for the project's own tests. */
    harness: Harness;
  }
}

window.foretoken = { createServer, estimate, connectServer, serveOrigin, ModelStore };
window.harness = new Harness();
