import type { Foretoken, ServerReport } from '../../client/index.ts';

declare global {
  interface Window {
    /** For scripts that drive the page. */
    foretokenDemo: {
      /** Settles when the models the page opens with are loaded. */
      readonly ready: Promise<ServerReport>;
      /** The server behind the page; null while none is loaded. */
      readonly server: Foretoken | null;
    };
  }
}
