import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers that offer the other protocol. */
const OFFER = ['upgrade', 'http2-settings', 'connection'];

/**
 * Answers a request that offers an upgrade to another protocol, such as Java clients' HTTP/2, without upgrading: a server may
 * decline by ignoring the offer. Node has detached such a connection from its parser, so this returns it, with the request in
 * front again.
 */
export function declineUpgrade(server: Server, request: IncomingMessage, socket: Duplex, rest: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (!OFFER.includes(rawHeaders[i].toLowerCase())) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  }
  const head = Buffer.from([...lines, '', ''].join('\r\n'), 'latin1');
  socket.unshift(Buffer.concat([head, rest]));
  server.emit('connection', socket);
}
