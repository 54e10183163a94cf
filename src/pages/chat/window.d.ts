import type { Foretoken, ServerReport } from '../../client/index.ts';

declare global {
  interface Window {
    /** API for scripts that drive the page. */
    foretokenChat: {
      /** Settles when the models that the page opens with are loaded. */
      readonly ready: Promise<ServerReport>;
      /** Server behind the page; null while none is loaded. */
      readonly server: Foretoken | null;
    };
  }
}
