import { describe, expect, it, vi } from 'vitest';
import { FakeForwardPass } from '../engine/fakeForwardPass.ts';
import { errorOf, Gate, testServer, tokenizer } from './testing/testServer.ts';

const get = (server: ReturnType<typeof testServer>, path: string, headers: Record<string, string> = {}) =>
  server.fetch(new Request(`http://page${path}`, { headers }));

describe('an endpoint that is turned off', () => {
  it.each([
    ['GET', '/slots', { slotsEndpoint: false }, '--slots'],
    ['GET', '/metrics', {}, '--metrics'],
    ['POST', '/props', {}, '--props'],
  ])('%s %s names the flag that turns it on', async (method, path, settings, flag) => {
    const response = await testServer({ settings }).fetch(new Request(`http://page${path}`, { method }));
    expect(response.status).toBe(501);
    expect(await errorOf(response)).toMatchObject({
      type: 'not_supported_error',
      message: expect.stringContaining(`Start it with \`${flag}\``),
    });
  });

  it('the endpoint answers after it is turned on', async () => {
    const server = testServer({ settings: { metricsEndpoint: true, propsEndpoint: true } });
    await server.complete({ prompt: 'abc', n_predict: 3 });
    const metrics = await get(server, '/metrics');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(Number(metrics.headers.get('process-start-time-unix'))).toBeGreaterThan(1e9);
    expect(await metrics.text()).toContain('\nllamacpp:tokens_predicted_total 3\n');
    expect(await (await server.post('/props', {})).json()).toEqual({ success: true });
  });
});

describe('API keys', () => {
  const settings = { apiKeys: ['key'] };

  it('every route except /health needs a key', async () => {
    const server = testServer({ settings });
    for (const path of ['/props', '/no-such-path']) {
      expect((await get(server, path)).status).toBe(401);
    }
    expect((await get(server, '/health')).status).toBe(200);
    expect((await get(server, '/props', { authorization: 'Bearer key' })).status).toBe(200);
    expect((await get(server, '/no-such-path', { authorization: 'Bearer key' })).status).toBe(404);
  });
});

describe('a server whose models are unloaded while idle', () => {
  const asleep = (woken: string[]) => ({
    isSleeping: () => true,
    async wake(request: Request) {
      woken.push(new URL(request.url).pathname);
      return new Response('awake');
    },
  });

  it.each(['/health', '/v1/health', '/props', '/models', '/v1/models', '/v1/models/tiny', '/metrics'])(
    '%s is answered without the models',
    async path => {
      const woken: string[] = [];
      const server = testServer({ settings: { metricsEndpoint: true }, sleep: asleep(woken) });
      expect((await get(server, path)).status).toBe(200);
      expect(woken).toEqual([]);
    },
  );

  it('/props shows that the models are unloaded', async () => {
    const server = testServer({ sleep: asleep([]) });
    expect(await (await get(server, '/props')).json()).toMatchObject({ is_sleeping: true });
  });

  it('any other request loads the models', async () => {
    const woken: string[] = [];
    const server = testServer({ settings: { apiKeys: ['key'] }, sleep: asleep(woken) });
    expect((await get(server, '/slots')).status).toBe(401);
    const response = await get(server, '/slots', { authorization: 'key' });
    expect(await response.text()).toBe('awake');
    expect(woken).toEqual(['/slots']);
  });

  it('models are not unloaded while a request arrives', async () => {
    const server = testServer();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const init = { method: 'POST', body: readable, duplex: 'half' };
    const answer = server.fetch(new Request('http://page/completion', init));
    expect(server.idleSince()).toBeNull();
    const writer = writable.getWriter();
    void writer.write(new TextEncoder().encode('{"prompt": "abc", "n_predict": 1}'));
    void writer.close();
    expect((await answer).status).toBe(200);
    await expect.poll(() => server.idleSince()).not.toBeNull();
  });

  it('models that cannot be loaded are an error', async () => {
    const wake = () => Promise.reject(new Error('no network'));
    const response = await get(testServer({ sleep: { isSleeping: () => true, wake } }), '/slots');
    expect(response.status).toBe(500);
    expect((await errorOf(response)).message).toBe('no network');
  });
});

describe('request defaults', () => {
  it('server defaults apply to fields that a request leaves out', async () => {
    const server = testServer({ settings: { requestDefaults: { top_k: 7, stop: ['x'], n_keep: 2 } } });
    const { generation_settings: settings } = await server.complete({
      prompt: 'abc',
      n_predict: 1,
      n_keep: 5,
    });
    expect(settings).toMatchObject({ top_k: 7, stop: ['x'], n_keep: 5 });
  });

  it.each([
    [{ top_kk: 1 }, "requests have no field 'top_kk'"],
    [{ n_keep: -2 }, "Field 'n_keep': Value must be between"],
  ])('faulty defaults are refused: %j', (requestDefaults, message) => {
    expect(() => testServer({ settings: { requestDefaults } })).toThrow(message);
  });
});

it('a server with several names uses the first in alphabetical order', async () => {
  const server = testServer({ settings: { alias: ['b', 'a', 'b'], tags: ['y', 'x'] } });
  expect(await (await get(server, '/v1/models')).json()).toMatchObject({
    data: [{ id: 'a', aliases: ['a', 'b'], tags: ['x', 'y'] }],
  });
});

it.each([
  [true, 2, 0],
  [false, 1, 1],
])(
  'with continuous batching %s, %i of two requests are in a slot and %i waits',
  async (contBatching, nBusy, nWaiting) => {
    const gate = new Gate();
    const target = gate.guard(new FakeForwardPass({ nVocab: tokenizer.nVocab, nSlots: 2 }));
    const server = testServer({ nSlots: 2, target, settings: { contBatching, metricsEndpoint: true } });
    gate.close();
    const first = server.complete({ prompt: 'abc', n_predict: 2 });
    await vi.waitFor(async () => expect(await metrics()).toContain('requests_processing 1\n'));
    const second = server.complete({ prompt: 'x', n_predict: 1 });
    await vi.waitFor(async () => expect(await metrics()).toContain('requests_deferred 1\n'));
    // One step of the first request; another request may join at its end.
    gate.open();
    gate.close();
    await vi.waitFor(async () => expect(await metrics()).toContain('n_decode_total 1\n'));
    const text = await metrics();
    gate.open();
    await Promise.all([first, second]);
    expect(text).toContain(`requests_processing ${nBusy}\n`);
    expect(text).toContain(`requests_deferred ${nWaiting}\n`);

    async function metrics(): Promise<string> {
      return (await get(server, '/metrics')).text();
    }
  },
);
