import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { SLOT_FOLDER } from '../protocol/tab.ts';
import { ForetokenError } from '../util/errors.ts';
import { answer } from './answer.ts';
import { type CorsPolicy, corsHeaders } from './cors.ts';
import type { Engine } from './engine.ts';
import { sendFile } from './sendFile.ts';
import { siteFile } from './siteFile.ts';
import { answerSlotFile } from './slotFolder.ts';

/** Room for an address of 32 KiB, llama-server's limit, and as much for headers. */
const MAX_HEADER_BYTES = 64 * 1024;

/** There are clients that look for it. */
const SERVER_NAME = 'llama.cpp';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

export interface DoorOptions {
  readonly host: string;
  readonly port: number;
  readonly cors: CorsPolicy;
  /** Whether the site's pages are served; a tab gets its own in any case. */
  readonly ui: boolean;
  /** Folder of the built site. */
  readonly site: string;
  /** What a tab has to know in order to dial in and to read the models. */
  readonly secret: string;
  /** Files that only the tab may read, by their path after the secret. */
  readonly files: ReadonlyMap<string, string>;
  /** Folder where the tab saves slots; without it it cannot. */
  readonly slotFolder?: string | undefined;
  readonly engine: Engine;
}

/** The open port. */
export interface Door {
  /** Address of the site for a browser on this machine, ending with a slash. */
  readonly url: string;
  /** Breaks off every connection. */
  close(): Promise<void>;
}

/**
 * Listens: the site's files, the tab's socket and models behind the secret, and everything else for the engine.
 * Throws `invalid_option` where the address cannot be had.
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    // What fails here is the connection to the client, or a file that was there a moment ago.
    handle(options, request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    const status = refusal(options, request);
    if (status === null) {
      sockets.handleUpgrade(request, socket, head, tab => options.engine.connect(tab));
    } else refuse(socket, status);
  });
  await listen(server, options);
  return {
    url: urlOf(server, options.host),
    async close() {
      sockets.close();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function handle(
  options: DoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isHostAllowed(request.headers.host, options.host)) {
    response.writeHead(403).end();
    return;
  }
  const isPreflight = request.method === 'OPTIONS';
  response.setHeader('Server', SERVER_NAME);
  for (const [name, value] of corsHeaders(options.cors, request.headers.origin, isPreflight)) {
    response.setHeader(name, value);
  }
  if (isPreflight) {
    response.writeHead(200, { 'content-type': 'text/html' }).end();
    return;
  }
  const slotFile = slotFileName(options, request);
  if (options.slotFolder !== undefined && slotFile !== null) {
    await answerSlotFile(options.slotFolder, slotFile, request, response);
    return;
  }
  if (request.method === 'GET' || request.method === 'HEAD') {
    const path = tabFile(options, request) ?? pageFile(options, request);
    if (path !== null && (await sendFile(path, request, response))) return;
  }
  await answer(options.engine, request, response);
}

/** The file of the site, or null where there is none to be shown. */
function pageFile({ site, ui }: DoorOptions, { url = '/' }: IncomingMessage): string | null {
  // The index is what people open; all else is what the tab is made of.
  const isIndex = /^\/(index\.html)?([?#]|$)/.test(url);
  return ui || !isIndex ? siteFile(site, url) : null;
}

/** The file behind `/<secret>/<name>`, or null for any other address. */
function tabFile({ secret, files }: DoorOptions, { url = '' }: IncomingMessage): string | null {
  const [, given = '', name = ''] = /^\/([^/]+)\/(.+)$/.exec(url) ?? [];
  return isSecret(given, secret) ? (files.get(name) ?? null) : null;
}

/** The name in `/<secret>/slots/<name>` of a request that gets or puts it, or null for any other. */
function slotFileName({ secret }: DoorOptions, { url = '', method = '' }: IncomingMessage): string | null {
  const [, given = '', folder, name] = /^\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(url) ?? [];
  if (folder !== SLOT_FOLDER || name === undefined || !['GET', 'PUT'].includes(method)) return null;
  return isSecret(given, secret) ? name : null;
}

/** The status that refuses a WebSocket, or null for a tab that may be the engine. */
function refusal(options: DoorOptions, { headers, url = '' }: IncomingMessage): number | null {
  const [, given = ''] = /^\/([^/]+)\/socket$/.exec(url) ?? [];
  if (!isSecret(given, options.secret)) return 404;
  // Only a page that came through this door may dial in, not one of another site that the browser has open.
  const isOwnPage =
    headers.origin === `http://${headers.host}` || headers.origin === `https://${headers.host}`;
  if (!isOwnPage || !isHostAllowed(headers.host, options.host)) return 403;
  return options.engine.isConnected ? 409 : null;
}

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/**
 * On loopback only names of this machine pass: a name of the attacker's that resolves to 127.0.0.1 would make the
 * answers readable for a page of theirs (DNS rebinding). Ports do not matter, tunnels change them.
 */
function isHostAllowed(given: string | undefined, host: string): boolean {
  if (!isLoopback(host)) return true;
  return LOOPBACK.includes((given ?? '').toLowerCase().replace(/:\d+$/, ''));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

function isSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

function listen(server: Server, { host, port }: DoorOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `port ${port} of ${host} is in use; choose another with --port, or 0 for any`
          : `cannot listen on ${host}, port ${port} (${error.message}); choose others with --host and --port`;
      reject(new ForetokenError('invalid_option', reason));
    });
    server.listen(port, host, resolve);
  });
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  // What listens everywhere is reached through loopback, where a page may use WebGPU without a certificate.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}/`;
}
