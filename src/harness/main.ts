import { connectServer, createServer, estimate, serveOrigin } from '../client/index.ts';
import { Harness } from './harness.ts';

declare global {
  interface Window {
    /** API for browser drivers that use Foretoken on this page. */
    foretoken: {
      readonly createServer: typeof createServer;
      readonly estimate: typeof estimate;
      readonly connectServer: typeof connectServer;
      readonly serveOrigin: typeof serveOrigin;
    };
    /** API for the project's own tests. */
    harness: Harness;
  }
}

window.foretoken = { createServer, estimate, connectServer, serveOrigin };
window.harness = new Harness();
