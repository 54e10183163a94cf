import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What offers the other protocol; all else stays. */
const OFFER = ['upgrade', 'http2-settings', 'connection'];

/**
 * Answers a request that offers to go on in another protocol, such as Java's clients do with HTTP/2, as if it had not:
 * offers may be declined by ignoring them. Node has taken such a connection from its parser, so it gets it back, with the
 * request in front once more.
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
