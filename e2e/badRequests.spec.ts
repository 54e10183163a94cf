import { fileURLToPath } from 'node:url';
import { expect, test } from 'playwright/test';
import { withDefaults } from '../src/protocol/options.ts';
import { completionFields } from '../src/server/params/completionFields.ts';
import { tokenizer } from '../src/server/testing/testServer.ts';
import { BAD_BODIES } from './fixtures/badBodies.ts';
import { BAD_FIELDS, FIELD_NAMES, TAKEN } from './fixtures/badFields.ts';
import { BAD_HEADS } from './fixtures/badHeads.ts';
import { bundledFile, DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { RawConnection } from './fixtures/rawHttp.ts';
import { ServeProcess } from './fixtures/serveProcess.ts';

/** Time that the server waits for the rest of a request, and for a client to read its response. */
const TIMEOUT_S = 15;
const MODELS = ['-m', fileURLToPath(bundledFile(MOE_Q4_0)), '-md', fileURLToPath(bundledFile(DRAFT_Q4_0))];
const FLAGS = [
  '-c',
  '1024',
  '-np',
  '2',
  '-n',
  '1',
  '--context-shift',
  '-to',
  String(TIMEOUT_S),
  '--port',
  '0',
];
const GOOD = { prompt: 'Once upon a time' };

let serve: ServeProcess;
let url: string;
/** Connection that began a request when the tests began, and sent nothing more. */
let silent: RawConnection;

test.beforeAll(async () => {
  serve = await ServeProcess.start([...MODELS, ...FLAGS]);
  await serve.ready();
  url = await serve.url();
  silent = await RawConnection.open(url);
  silent.send('POST /completion HTTP/1.1', 'Host: localhost', 'Content-Length: 100', '', '{"prompt": "On');
});
test.afterAll(async () => {
  silent.close();
  await serve.dispose();
});

/** After every bad request the next one is answered. */
test.afterEach(async () => {
  expect((await post(GOOD)).status).toBe(200);
});

async function post(body: object | string | Uint8Array<ArrayBuffer>, path = 'completion') {
  return fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}

test('the table of bad fields is complete', () => {
  const names = Object.values(completionFields(withDefaults({}), tokenizer, 2)).flatMap(field => field.names);
  expect(names.filter(name => !FIELD_NAMES.has(name))).toEqual([]);
});

for (const name of new Set(BAD_FIELDS.map(row => row.name))) {
  test(`the field ${name} refuses invalid values`, async () => {
    for (const { value, says } of BAD_FIELDS.filter(row => row.name === name)) {
      const response = await post({ ...GOOD, [name]: value });
      const { error } = await response.json();
      expect(error, `${name}: ${JSON.stringify(value)}`).toEqual({
        code: 400,
        type: 'invalid_request_error',
        message: expect.stringMatching(says),
      });
      expect(error.message).toContain(`Field '${name}': `);
      expect(response.status).toBe(400);
    }
  });
}

for (const [what, fields] of TAKEN) {
  test(`a field is accepted ${what}`, async () => {
    const response = await post({ ...fields, ...GOOD });
    expect(response.status, await response.text()).toBe(200);
  });
}

for (const { what, status, path, body } of BAD_BODIES) {
  test(`body: ${what}`, async () => {
    const response = await post(body(), path);
    const text = await response.text();
    expect(response.status, text).toBe(status);
    if (status !== 200 && status !== 413) expect(JSON.parse(text)).toMatchObject({ error: { code: status } });
  });
}

test('body: above the limit of a form', async () => {
  const response = await fetch(new URL('completion', url), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: JSON.stringify({ ...GOOD, ignored: 'x'.repeat(1024 * 1024) }),
  });
  expect(response.status).toBe(413);
});

for (const { what, status, send } of BAD_HEADS) {
  test(`head: ${what}`, async () => {
    const connection = await RawConnection.open(url);
    connection.send(...send);
    expect(await connection.status()).toBe(status);
    connection.close();
  });
}

test('a socket is refused without the secret, and with it to other pages', async () => {
  const attached = await ServeProcess.start([...MODELS, '--attach', '--port', '0']);
  try {
    const { origin, host, hash } = new URL(await attached.engineUrl());
    const secret = hash.slice(1);
    for (const [status, given, headers] of [
      [404, 'wrong', [`Host: ${host}`, `Origin: ${origin}`]],
      [403, secret, [`Host: ${host}`, 'Origin: http://evil.example']],
      [403, secret, [`Host: ${host}`]],
      [403, secret, ['Host: evil.example', 'Origin: http://evil.example']],
      [101, secret, [`Host: ${host}`, `Origin: ${origin}`]],
    ] as const) {
      const connection = await RawConnection.open(origin);
      connection.send(
        ...[`GET /${given}/socket HTTP/1.1`, ...headers, 'Upgrade: websocket', 'Connection: Upgrade'],
        ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', ''],
      );
      expect(await connection.status(), headers.join(', ')).toBe(status);
      connection.close();
    }
  } finally {
    await attached.dispose();
  }
});

test('a client that never reads loses its connection, and its slot becomes free', async () => {
  const connection = await RawConnection.open(url);
  connection.stopReading();
  const endless = { prompt: 'Once', stream: true, n_predict: 100_000, ignore_eos: true, n_probs: 100_000 };
  const body = JSON.stringify(endless);
  const head = ['POST /completion HTTP/1.1', 'Host: localhost', `Content-Length: ${body.length}`, '', body];
  connection.send(...head);
  await expect.poll(nBusy).toBe(1);
  // Other requests are answered meanwhile.
  expect((await post(GOOD)).status).toBe(200);
  await expect.poll(nBusy, { timeout: 3000 * TIMEOUT_S }).toBe(0);
  connection.close();
});

async function nBusy(): Promise<number> {
  const slots: { is_processing: boolean }[] = await (await fetch(new URL('slots', url))).json();
  return slots.filter(slot => slot.is_processing).length;
}

test('a client that sends half a request gets a timeout error', async () => {
  expect(await silent.status()).toBe(408);
});
