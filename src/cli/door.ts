import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { LOOKUP_FILE, SLOT_FOLDER } from '../protocol/tab.ts';
import { ForetokenError } from '../util/errors.ts';
import { isHostAllowed, isSocketFile, listen, portOf, urlOf } from './address.ts';
import { answer } from './answer.ts';
import { writeError } from './answerWriter.ts';
import { type CorsPolicy, corsHeaders } from './cors.ts';
import { declineUpgrade } from './declineUpgrade.ts';
import type { Engine } from './engine.ts';
import { sendFile } from './sendFile.ts';
import { siteFile } from './siteFile.ts';
import { answerSlotFile } from './slotFolder.ts';
import { answerTabFile } from './tabFile.ts';
import type { Traffic } from './traffic.ts';

/** Limit of headers: room for an address of 32 KiB, llama-server's limit, and as much for headers. */
const MAX_HEADER_BYTES = 64 * 1024;

/** `Server` header; some clients look for it. */
const SERVER_NAME = 'llama.cpp';

export interface DoorOptions {
  /** Addresses, and paths that end in `.sock`; at least one address, through which the tab connects. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** Time for a request to arrive, and for a client to read a response. */
  readonly timeoutSeconds: number;
  readonly cors: CorsPolicy;
  /** Whether to serve the site's pages; a tab gets its own in any case. */
  readonly ui: boolean;
  /** Folder of the built site. */
  readonly site: string;
  /** Secret that a tab needs to connect and to read the models. */
  readonly secret: string;
  /** Files that only the tab may read, by their path after the secret. */
  readonly files: ReadonlyMap<string, string>;
  /** Folder where the tab saves slots; without it slots cannot be saved. */
  readonly slotFolder?: string | undefined;
  /** File where the tab keeps what look-ups learn. */
  readonly lookupFile?: string | undefined;
  readonly engine: Engine;
  readonly traffic: Traffic;
}

/** Time for the headers of a request to arrive. */
const HEADERS_TIMEOUT_MS = 60_000;

/** llama-server's limits of an idle connection: its time, and its number of requests. */
const KEEP_ALIVE_MS = 5_000;
const MAX_REQUESTS_PER_CONNECTION = 100;

/** Open port. */
export interface Door {
  /** Address of the site for a browser on this machine, ending with a slash. */
  readonly url: string;
  /** Closes every connection. */
  close(): Promise<void>;
}

/**
 * Listens, and serves the site's files, the tab's socket and models behind the secret, and everything else through the engine.
 * Throws `invalid_option` if the address is unavailable.
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { hosts } = options;
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const servers = hosts.map(host => serverOf(options, host, sockets));
  const close = async () => {
    sockets.close();
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  };
  try {
    // Listen one after another: all use the port that the first one got.
    let { port } = options;
    for (const [i, server] of servers.entries()) {
      await listen(server, hosts[i], port, hosts.length === 1);
      port = portOf(server) || port;
    }
    const host = hosts.find(name => !isSocketFile(name));
    if (host === undefined) {
      throw new ForetokenError(
        'invalid_option',
        `the engine's tab cannot come through ${hosts.join(', ')}; add an address to --host, such as 127.0.0.1`,
      );
    }
    return { url: urlOf(host, port), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function serverOf(options: DoorOptions, host: string, sockets: WebSocketServer): Server {
  const timeoutMs = 1000 * options.timeoutSeconds;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, timeoutMs),
      requestTimeout: timeoutMs,
      connectionsCheckingInterval: Math.min(HEADERS_TIMEOUT_MS, timeoutMs) / 4,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      // Failures here are of the connection to the client, or of a file that has just disappeared.
      handle(options, host, request, response).catch(() => response.destroy());
    },
  );
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
  server.on('upgrade', (request, socket, head) => {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      declineUpgrade(server, request, socket, head);
      return;
    }
    const status = refusal(options, host, request);
    if (status === null) {
      sockets.handleUpgrade(request, socket, head, tab => options.engine.connect(tab));
    } else refuse(socket, status);
  });
  return server;
}

async function handle(
  options: DoorOptions,
  host: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isHostAllowed(request.headers.host, host)) {
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
  if (options.lookupFile !== undefined && isForLookups(options, request)) {
    await answerTabFile(options.lookupFile, request, response);
    return;
  }
  if (request.method === 'GET' || request.method === 'HEAD') {
    const path = tabFile(options, request) ?? pageFile(options, request);
    if (path !== null && (await sendFile(path, request, response))) return;
  }
  if (options.traffic.isDraining && isHealthCheck(request)) {
    writeError(response, new ForetokenError('closed', 'The server is about to end; ask another one'));
    return;
  }
  options.traffic.add(response);
  await answer(options.engine, request, response, options.timeoutSeconds);
}

function isHealthCheck({ url = '' }: IncomingMessage): boolean {
  return /^\/(v1\/)?health([?#]|$)/.test(url);
}

/** Path of a file of the site, or null if it must not be shown or the target names none. */
function pageFile({ site, ui }: DoorOptions, { url = '/' }: IncomingMessage): string | null {
  // The index is the user's page; all other files belong to the tab.
  const isIndex = /^\/(index\.html)?([?#]|$)/.test(url);
  return ui || !isIndex ? siteFile(site, url) : null;
}

/** Path of the file behind `/<secret>/<name>`, or null for any other address. */
function tabFile({ secret, files }: DoorOptions, { url = '' }: IncomingMessage): string | null {
  const [, given = '', name = ''] = /^\/([^/]+)\/(.+)$/.exec(url) ?? [];
  return isSecret(given, secret) ? (files.get(name) ?? null) : null;
}

/** Name in `/<secret>/slots/<name>` of a GET or PUT request, or null for any other. */
function slotFileName({ secret }: DoorOptions, { url = '', method = '' }: IncomingMessage): string | null {
  const [, given = '', folder, name] = /^\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(url) ?? [];
  if (folder !== SLOT_FOLDER || name === undefined || !['GET', 'PUT'].includes(method)) return null;
  return isSecret(given, secret) ? name : null;
}

/** Whether a request is a GET or PUT of `/<secret>/lookups`. */
function isForLookups({ secret }: DoorOptions, { url = '', method = '' }: IncomingMessage): boolean {
  const [, given = '', name] = /^\/([^/]+)\/([^/]+)$/.exec(url) ?? [];
  return name === LOOKUP_FILE && ['GET', 'PUT'].includes(method) && isSecret(given, secret);
}

/** Status with which to refuse a WebSocket, or null for a tab that may become the engine. */
function refusal(options: DoorOptions, host: string, { headers, url = '' }: IncomingMessage): number | null {
  const [, given = ''] = /^\/([^/]+)\/socket$/.exec(url) ?? [];
  if (!isSecret(given, options.secret)) return 404;
  // Only a page of this server may connect, not one of another site that the browser has open.
  const isOwnPage =
    headers.origin === `http://${headers.host}` || headers.origin === `https://${headers.host}`;
  if (!isOwnPage || !isHostAllowed(headers.host, host)) return 403;
  return options.engine.isConnected ? 409 : null;
}

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function isSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
