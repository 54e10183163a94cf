import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANY_PAGE } from './cors.ts';
import { type Door, type DoorOptions, openDoor } from './door.ts';
import { Engine } from './engine.ts';
import { FakeTab } from './fakeTab.ts';
import { Traffic } from './traffic.ts';

const SECRET = 'hush';
const OPTIONS = { model: `${SECRET}/target/a.gguf`, nCtx: 64 };

let folder: string;
let files: Map<string, string>;
let door: Door;
let engine: Engine;
let events: string[];
let onEvent: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foretoken-test-'));
  await writeFile(join(folder, 'index.html'), '<p>site</p>');
  await writeFile(join(folder, 'a.gguf'), '0123456789');
  events = [];
  onEvent = () => {};
  const log = (event: string) => {
    events.push(event);
    onEvent();
  };
  engine = new Engine({
    ready: ({ model }) => log(`ready: ${model.name}`),
    log: line => log(`log: ${line}`),
    gone: (wasReady, reason) => log(`gone: ${wasReady}, ${reason?.message ?? null}`),
  });
  engine.prepare(OPTIONS);
  files = new Map([['target/a.gguf', join(folder, 'a.gguf')]]);
  door = await openDoor(options());
});

afterEach(async () => {
  await engine.close();
  await door.close();
  await rm(folder, { recursive: true });
});

function options(): DoorOptions {
  return {
    hosts: ['127.0.0.1'],
    port: 0,
    timeoutSeconds: 60,
    cors: ANY_PAGE,
    ui: true,
    site: folder,
    secret: SECRET,
    files,
    engine,
    traffic: new Traffic(),
  };
}

const at = (path: string) => new URL(path, door.url).href;
const origin = () => new URL(door.url).origin;

function nextEvent(): Promise<void> {
  return new Promise(resolve => {
    onEvent = resolve;
  });
}

/** Connects a tab whose models are loaded. */
async function readyTab(): Promise<FakeTab> {
  const tab = await FakeTab.dial(at(`${SECRET}/socket`), origin());
  expect(await tab.next()).toMatchObject({ kind: 'load', options: OPTIONS });
  const ready = nextEvent();
  tab.ready();
  await ready;
  return tab;
}

/** Sends a request with headers that `fetch` does not allow. */
function get(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(at(path), { headers }, response => resolve(response.resume()));
    request.on('error', reject).end();
  });
}

const HEALTH = 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** Returns the response to these bytes, up to the end of the connection. `to` is an address, or the path of a socket. */
function converse(to: string, bytes: string): Promise<string> {
  const place = to.startsWith('http')
    ? { host: new URL(to).hostname, port: Number(new URL(to).port) }
    : { path: to };
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(place, () => socket.write(bytes));
    socket.setTimeout(4000, () => socket.destroy());
    socket.on('data', data => {
      text += data;
      // Close a connection that is kept alive after its response.
      if (/^content-length: \d+\r\n/im.test(text) && /keep-alive/i.test(text)) socket.end();
    });
    socket.on('error', reject).on('close', () => resolve(text));
  });
}

const post = (body: string, signal?: AbortSignal) =>
  fetch(at('completion?a=b'), { method: 'POST', body, headers: { 'x-a': 'b' }, ...(signal && { signal }) });

describe('before a tab is ready', () => {
  it.each(['health', 'completion', 'nope'])('answers 503 to /%s', async path => {
    const response = await fetch(at(path));
    expect(response.status).toBe(503);
    const error = { message: 'Loading model', type: 'unavailable_error', code: 503 };
    expect(await response.json()).toEqual({ error });
  });

  it('serves the site', async () => {
    expect(await (await fetch(door.url)).text()).toBe('<p>site</p>');
  });
});

describe('the access of the tab', () => {
  it('includes the model, in ranges', async () => {
    const response = await fetch(at(`${SECRET}/target/a.gguf`), { headers: { range: 'bytes=2-4' } });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe('bytes 2-4/10');
    expect(await response.text()).toBe('234');
  });

  it('requires the secret', async () => {
    expect((await fetch(at('other/target/a.gguf'))).status).toBe(503);
  });

  it.each([
    { what: 'no secret', path: 'other/socket', from: origin, headers: {}, status: 404 },
    {
      what: 'another origin',
      path: `${SECRET}/socket`,
      from: () => 'http://evil.example',
      headers: {},
      status: 403,
    },
    {
      what: 'a name that was rebound',
      path: `${SECRET}/socket`,
      from: () => 'http://evil.example',
      headers: { host: 'evil.example' },
      status: 403,
    },
  ])('refuses a socket with $what', async ({ path, from, headers, status }) => {
    await expect(FakeTab.dial(at(path), from(), headers)).rejects.toThrow(String(status));
  });

  it('is limited to one socket', async () => {
    await readyTab();
    await expect(FakeTab.dial(at(`${SECRET}/socket`), origin())).rejects.toThrow('409');
  });
});

describe('the port', () => {
  it.each([
    ['evil.example', 403],
    ['evil.example:80', 403],
    ['localhost.evil.example', 403],
    ['localhost:9', 503],
    ['LOCALHOST', 503],
    ['[::1]:9', 503],
  ])('answers to the host %s with %s', async (host, status) => {
    expect((await get('health', { host })).statusCode).toBe(status);
  });

  it('does not show the page where it is not wanted', async () => {
    const closed = await openDoor({ ...options(), ui: false });
    try {
      expect((await fetch(closed.url)).status).toBe(503);
      expect((await fetch(`${closed.url}index.html`)).status).toBe(503);
    } finally {
      await closed.close();
    }
  });

  it('is refused in one line if another process has it', async () => {
    const port = Number(new URL(door.url).port);
    await expect(openDoor({ ...options(), port })).rejects.toThrow(`port ${port} of 127.0.0.1 is in use`);
  });

  it('limits headers and bodies', async () => {
    await readyTab();
    expect((await get('health', { 'x-a': 'a'.repeat(70_000) })).statusCode).toBe(431);
    expect((await get(`health?${'a'.repeat(33_000)}`, {})).statusCode).toBe(414);
    expect((await get('health', { 'content-length': String(101 * 1024 * 1024) })).statusCode).toBe(413);
  });

  it.each([
    ['application/x-www-form-urlencoded', 413],
    ['application/json', 200],
  ])('takes a body of 2 MiB as %s with %s, and goes on', async (type, status) => {
    const tab = await readyTab();
    const answered = fetch(at('completion'), {
      method: 'POST',
      headers: { 'content-type': type },
      body: 'a'.repeat(2 ** 21),
    });
    if (status === 200) tab.answer(await tab.nextRequest(), '{}');
    expect((await answered).status).toBe(status);
    const next = post('b');
    tab.answer(await tab.nextRequest(), 'c');
    expect(await (await next).text()).toBe('c');
  });

  it.each([
    ['TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n', /^HTTP\/1.1 404 .*"File Not Found"/s],
    ['nonsense\r\n\r\n', /^HTTP\/1.1 400 /],
    [
      'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      /^HTTP\/1.1 400 /,
    ],
    [
      'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 [24]00 /,
    ],
    ['GET / HTTP/1.1\r\nHost: localhost\r\n', /^HTTP\/1.1 408 /],
    ['POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf', /^HTTP\/1.1 408 /],
  ])('answers %j with %s', async (request, expected) => {
    await readyTab();
    const hasty = await openDoor({ ...options(), timeoutSeconds: 1 });
    expect(await converse(hasty.url, request)).toMatch(expected);
    await hasty.close();
  });

  it('is the same at every address', async () => {
    const everywhere = await openDoor({ ...options(), hosts: ['127.0.0.1', '127.0.0.2'] });
    const { port } = new URL(everywhere.url);
    for (const host of ['127.0.0.1', '127.0.0.2']) {
      expect(await converse(`http://${host}:${port}`, HEALTH)).toMatch(/^HTTP\/1.1 503 /);
    }
    await everywhere.close();
  });

  it('may be a socket in a folder, in addition to an address', async () => {
    const path = join(folder, 'a.sock');
    const both = await openDoor({ ...options(), hosts: [path, '127.0.0.1'] });
    expect(await converse(path, HEALTH)).toMatch(/^HTTP\/1.1 503 /);
    await both.close();
    await expect(openDoor({ ...options(), hosts: [path] })).rejects.toThrow('add an address');
  });
});

describe('a request', () => {
  it('goes to the tab unchanged, and its response back', async () => {
    const tab = await readyTab();
    const response = post('{"prompt":"é"}');
    const request = await tab.next();
    expect(request).toMatchObject({
      kind: 'request',
      method: 'POST',
      path: '/completion?a=b',
      body: '{"prompt":"é"}',
    });
    if (request.kind !== 'request') return;
    expect(request.headers).toContainEqual(['x-a', 'b']);
    tab.answer(request.id, '{"content":"è"}');
    expect(await (await response).json()).toEqual({ content: 'è' });
  });

  it('gets each piece of its response at once', async () => {
    const tab = await readyTab();
    const pending = post('');
    const id = await tab.nextRequest();
    tab.head(id, 'text/event-stream');
    const reader = (await pending).body?.pipeThrough(new TextDecoderStream()).getReader();
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      tab.chunk(id, text);
      expect((await reader?.read())?.value).toBe(text);
    }
    tab.send({ kind: 'end', id });
    expect((await reader?.read())?.done).toBe(true);
  });

  it.each([{ started: false }, { started: true }])(
    'is cancelled in the tab when its client disconnects (started: $started)',
    async ({ started }) => {
      const tab = await readyTab();
      const leaving = new AbortController();
      const response = post('', leaving.signal).catch(() => {});
      const id = await tab.nextRequest();
      if (started) {
        tab.head(id, 'text/event-stream');
        await response;
      }
      leaving.abort();
      expect(await tab.next()).toMatchObject({ kind: 'cancel', id });
      await response;
    },
  );

  it('has the length of a response that is no stream, and the time that the connection is kept', async () => {
    const tab = await readyTab();
    const response = post('');
    tab.answer(await tab.nextRequest(), '{"content":"è"}');
    const { headers } = await response;
    expect(headers.get('content-length')).toBe('16');
    expect(headers.get('keep-alive')).toBe('timeout=5, max=100');
  });

  it.each([
    { what: 'leaves more lying than the door holds', timeoutSeconds: 60, pieces: 64 },
    { what: 'reads nothing for too long', timeoutSeconds: 1, pieces: 15 },
  ])('is cancelled when its client $what', async ({ timeoutSeconds, pieces }) => {
    const narrow = await openDoor({ ...options(), timeoutSeconds });
    const tab = await readyTab();
    const { hostname: host, port } = new URL(narrow.url);
    const socket = connect({ host, port: Number(port) }, () =>
      socket.write('POST /completion HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n'),
    );
    socket.on('error', () => {}).pause();
    const id = await tab.nextRequest();
    tab.head(id, 'text/event-stream');
    let isCancelled = false;
    const cancelled = tab.next().then(message => {
      isCancelled = message.kind === 'cancel';
    });
    for (let sent = 0; sent < pieces && !isCancelled; sent++) {
      tab.chunk(id, 'x'.repeat(2 ** 20));
      await new Promise(resolve => setTimeout(resolve, 2));
    }
    await cancelled;
    expect(isCancelled).toBe(true);
    socket.destroy();
    await narrow.close();
  });

  it('gets the error that the tab reports', async () => {
    const tab = await readyTab();
    const response = post('');
    const id = await tab.nextRequest();
    const message = 'the server is closed';
    tab.send({ kind: 'error', id, error: { code: 'closed', message, details: {} } });
    expect((await response).status).toBe(503);
    expect(await (await response).json()).toMatchObject({ error: { code: 503, message } });
  });
});

describe('after the tab is gone', () => {
  it('a request without a response goes to the next tab, and one that took down two tabs fails', async () => {
    const first = await readyTab();
    const replayed = post('once');
    await first.nextRequest();
    let gone = nextEvent();
    first.crash();
    await gone;
    const second = await readyTab();
    const id = await second.nextRequest();
    const fatal = post('twice');
    second.answer(id, 'done');
    expect(await (await replayed).text()).toBe('done');
    await second.nextRequest();
    gone = nextEvent();
    second.crash();
    await gone;
    const third = await readyTab();
    await third.nextRequest();
    third.crash();
    expect((await fatal).status).toBe(500);
    expect(await (await fatal).json()).toMatchObject({ error: { type: 'server_error' } });
  });

  it('an event stream ends with an error, another response is one', async () => {
    const tab = await readyTab();
    const streamed = post('');
    tab.head(await tab.nextRequest(), 'text/event-stream');
    const whole = post('');
    tab.head(await tab.nextRequest(), 'application/json');
    const events = (await streamed).text();
    tab.crash();
    expect(await events).toMatch(/^data: \{"error":\{"code":500,"message":"the engine stopped.*\}\n\n$/);
    expect((await whole).status).toBe(500);
    expect(await (await whole).json()).toMatchObject({ error: { type: 'server_error' } });
  });

  it('the next tab gets the number of restarts', async () => {
    const first = await readyTab();
    const gone = nextEvent();
    first.crash();
    await gone;
    const second = await FakeTab.dial(at(`${SECRET}/socket`), origin());
    expect(await second.next()).toMatchObject({ kind: 'load', options: { restarts: 1 } });
  });

  it('the next tab does not get requests that were cancelled meanwhile', async () => {
    const first = await readyTab();
    const leaving = new AbortController();
    const response = post('', leaving.signal).catch(() => {});
    await first.nextRequest();
    const gone = nextEvent();
    first.crash();
    await gone;
    leaving.abort();
    await response;
    // The door sees the end of the first request before that of a later one.
    await fetch(at('health'));
    const second = await readyTab();
    const other = post('other');
    const request = await second.next();
    expect(request.body).toBe('other');
    if (request.kind === 'request') second.answer(request.id, '');
    await other;
  });

  it('the events tell whether it was ready, and why it went', async () => {
    const tab = await FakeTab.dial(at(`${SECRET}/socket`), origin());
    const gone = nextEvent();
    tab.send({ kind: 'failed', error: { code: 'no_webgpu', message: 'no WebGPU', details: {} } });
    await gone;
    expect(events).toEqual(['gone: false, no WebGPU']);
    const other = await readyTab();
    const lost = nextEvent();
    other.crash();
    await lost;
    expect(events.slice(1)).toEqual(['ready: fake', 'gone: true, null']);
  });
});

describe('the folder for slots', () => {
  const address = (name: string) => at(`${SECRET}/slots/${name}`);
  const put = (url: string, body: string) => fetch(url, { method: 'PUT', body });

  beforeEach(async () => {
    await door.close();
    await mkdir(join(folder, 'slots'));
    door = await openDoor({ ...options(), slotFolder: join(folder, 'slots') });
  });

  it('returns the stored file, and replaces it', async () => {
    for (const text of ['first', 'second']) {
      expect((await put(address('a%20b.bin'), text)).status).toBe(204);
      expect(await (await fetch(address('a%20b.bin'))).text()).toBe(text);
    }
    expect(await readdir(join(folder, 'slots'))).toEqual(['a b.bin']);
    expect((await fetch(address('other'))).status).toBe(404);
  });

  it.each(['..%2Fa.gguf', '%2E%2E', '%00', 'a%5Cb', '%', '.'.repeat(3), '%C0%AE'])(
    'refuses %s',
    async name => {
      expect((await put(address(name), 'x')).status).toBeGreaterThanOrEqual(400);
      expect((await fetch(address(name))).status).toBeGreaterThanOrEqual(400);
      expect(await readdir(folder)).toEqual(expect.arrayContaining(['a.gguf', 'index.html', 'slots']));
      expect(await readdir(join(folder, 'slots'))).toEqual([]);
    },
  );

  it('is not accessible without the secret', async () => {
    await put(address('a'), 'x');
    expect((await put(at('guess/slots/a'), 'y')).status).toBe(503);
    expect((await fetch(at('guess/slots/a'))).status).toBe(503);
    expect(await readFile(join(folder, 'slots', 'a'), 'utf8')).toBe('x');
  });

  it('keeps the old file if a new one does not arrive completely', async () => {
    await put(address('a'), 'whole');
    const request = httpRequest(address('a'), { method: 'PUT', headers: { 'content-length': '100' } });
    request.on('error', () => {});
    request.write('half');
    await expect.poll(() => readdir(join(folder, 'slots'))).toHaveLength(2);
    request.destroy();
    await expect.poll(() => readdir(join(folder, 'slots'))).toEqual(['a']);
    expect(await (await fetch(address('a'))).text()).toBe('whole');
  });
});

it('prints the log of the tab', async () => {
  const tab = await readyTab();
  const logged = nextEvent();
  tab.send({ kind: 'log', line: 'slot 0: hello' });
  await logged;
  expect(events).toContain('log: slot 0: hello');
});
