import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { remoteFile } from './keptFile.ts';

let server: Server;
let url: string;

beforeEach(async () => {
  server = createServer((request, response) => {
    const status = Number(request.url?.slice(1));
    const body = status === 200 ? 'ten bytes.' : '';
    response.writeHead(status, { 'content-length': body.length }).end(body);
  });
  await new Promise<void>(resolve => server.listen(0, resolve));
  const address = server.address();
  url = `http://localhost:${typeof address === 'object' && address ? address.port : 0}`;
});

afterEach(() => server.close());

it('a remote file that is absent is null, and another failure is an error', async () => {
  expect(await remoteFile(`${url}/404`).read()).toBeNull();
  await expect(remoteFile(`${url}/500`).read()).rejects.toThrow('answered 500');
  await expect(remoteFile(`${url}/507`).write(new Uint8Array(1))).rejects.toThrow('answered 507');
});

it('a remote file that is too large is refused before it is read', async () => {
  expect(await remoteFile(`${url}/200`).read(10)).toEqual(new TextEncoder().encode('ten bytes.'));
  await expect(remoteFile(`${url}/200`).read(9)).rejects.toThrow('it has 10 bytes, and 9 is the most');
});
