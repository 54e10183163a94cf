import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSlotFiles } from './slotFiles.ts';

let server: Server;
let requests: string[];

beforeEach(async () => {
  const files = new Map<string, Buffer>();
  requests = [];
  server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url ?? '';
    if (request.method === 'PUT') files.set(path, Buffer.concat(chunks));
    const file = files.get(path);
    response.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise<void>(resolve => server.listen(0, resolve));
});

afterEach(() => server.close());

it.each(['/slots', '/slots/'])('gets and puts files below a URL such as %s', async path => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const files = openSlotFiles(`http://localhost:${port}${path}`);
  await files.write('a b%', Uint8Array.of(1, 2, 3));
  expect(await files.read('a b%')).toEqual(Uint8Array.of(1, 2, 3));
  await expect(files.read('b')).rejects.toThrow('there is no file b');
  expect(requests).toEqual(['PUT /slots/a%20b%25', 'GET /slots/a%20b%25', 'GET /slots/b']);
});
