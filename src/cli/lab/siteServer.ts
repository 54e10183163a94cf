import { createServer } from 'node:http';
import { sendFile } from '../sendFile.ts';
import { siteFile } from '../siteFile.ts';

/** Server of the site's files for browsers of this machine. */
export interface SiteServer {
  /** Ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the folder `site` until it is closed. */
export async function serveSite(site: string): Promise<SiteServer> {
  const server = createServer(async (request, response) => {
    const file = siteFile(site, request.url ?? '');
    const found = file !== null && (await sendFile(file, request, response).catch(() => false));
    if (!found) response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}
