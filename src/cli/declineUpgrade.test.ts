import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listen, portOf } from './address.ts';
import { declineUpgrade } from './declineUpgrade.ts';

const OFFER = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQ'];
const BODY = 'Grüße';

let server: Server;
beforeEach(async () => {
  server = createServer(async (request, response) => {
    response.end(`${request.method} ${request.url} ${await text(request)} ${request.headers['x-a']};`);
  });
  server.on('upgrade', (request, socket, head) => declineUpgrade(server, request, socket, head));
  await listen(server, '127.0.0.1', 0, true);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Responses of the server to `parts`, each sent a moment after the one before. */
async function exchange(parts: readonly string[], isWhole: (answer: string) => boolean): Promise<string> {
  const socket = connect(portOf(server), '127.0.0.1');
  let answer = '';
  socket.on('data', data => {
    answer += data;
  });
  for (const part of parts) {
    socket.write(part);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  await expect.poll(() => isWhole(answer)).toBe(true);
  socket.destroy();
  return answer;
}

const post = (path: string, headers: readonly string[], body: string) =>
  [
    `POST ${path} HTTP/1.1`,
    ...['Host: localhost', 'X-A: 1', `Content-Length: ${Buffer.byteLength(BODY)}`],
    ...[...headers, '', body],
  ].join('\r\n');

it.each([
  ['at once', [post('/a', OFFER, BODY)]],
  ['later', [post('/a', OFFER, ''), BODY]],
  ['in pieces', [post('/a', OFFER, BODY.slice(0, 2)), BODY.slice(2)]],
])('a request whose body comes %s is answered as if it had offered nothing', async (_, parts) => {
  const answer = await exchange(parts, answer => answer.endsWith(';'));
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer).toContain('POST /a Grüße 1;');
});

it('continues with the connection, whether the upgrade is offered again or not', async () => {
  const requests = [post('/a', OFFER, BODY), post('/b', [], BODY), post('/c', OFFER, BODY)];
  const answer = await exchange(requests, answer => answer.includes('/c'));
  expect([...answer.matchAll(/POST (\S+) Grüße 1;/g)].map(([, path]) => path)).toEqual(['/a', '/b', '/c']);
});
