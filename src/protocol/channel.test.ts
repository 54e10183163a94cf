import { describe, expect, it } from 'vitest';
import { ForetokenError } from '../util/errors.ts';
import { type Answerer, answerOver, type Caller, callOver } from './channel.ts';
import type { Exchange, ExchangeMessage, ExchangeRequest } from './exchange.ts';
import { receive } from './receive.ts';
import { respond } from './respond.ts';

const GET: ExchangeRequest = { method: 'GET', path: '/a?b', headers: [['x-a', 'b']], body: null };

/** Two sides that are joined by clones of messages. */
function joined(exchange: Exchange): { caller: Caller; answerer: Answerer } {
  const caller = callOver(message => queueMicrotask(() => answerer.receive(structuredClone(message))));
  const answerer = answerOver(exchange, message =>
    queueMicrotask(() => caller.receive(structuredClone(message))),
  );
  return { caller, answerer };
}

/** Response to a request over one channel, or over several in a row. */
function ask(handle: (request: Request) => Promise<Response>, request = GET, nChannels = 1) {
  let exchange = respond(handle);
  for (let i = 0; i < nChannels; i++) exchange = joined(exchange).caller.exchange;
  return receive(exchange, request, new AbortController().signal);
}

describe('exchanges over a channel', () => {
  it.each([1, 3])('arrive whole through %i channels in a row', async nChannels => {
    const body = new TextEncoder().encode('hello');
    const answers = await Promise.all(
      ['POST', 'PUT'].map(method =>
        ask(
          async request => {
            const { pathname, search } = new URL(request.url);
            const text = await request.text();
            return new Response(
              `${request.method} ${pathname}${search} ${request.headers.get('x-a')} ${text}`,
              {
                status: 201,
                headers: { 'x-c': 'd' },
              },
            );
          },
          { ...GET, method, body },
          nChannels,
        ),
      ),
    );
    expect(answers[0]?.status).toBe(201);
    expect(answers[0]?.headers.get('x-c')).toBe('d');
    expect(await Promise.all(answers.map(answer => answer.text()))).toEqual([
      'POST /a?b b hello',
      'PUT /a?b b hello',
    ]);
  });

  it('fail with the code of the handler’s error', async () => {
    const failing = ask(() => Promise.reject(new ForetokenError('device_lost', 'gone')));
    await expect(failing).rejects.toMatchObject({ code: 'device_lost', message: 'gone' });
  });

  it.each([
    ['a method that fetch refuses', { ...GET, method: 'TRACE' }],
    ['an address that is none', { ...GET, path: ':x' }],
    ['a header that is none', { ...GET, headers: [['a b', '']] as const }],
  ])('fail with %s, after the exchange has started', async (_, request) => {
    const messages: ExchangeMessage[] = [];
    respond(async () => new Response())(request, message => messages.push(message));
    expect(messages).toEqual([]);
    await expect(ask(async () => new Response(), request)).rejects.toMatchObject({ code: 'internal' });
  });

  it('are cancelled on the other side when the one that answers ends', async () => {
    let resolve = () => {};
    const cancelled = new Promise<void>(done => {
      resolve = done;
    });
    const { caller, answerer } = joined(() => resolve);
    caller.exchange(GET, () => {});
    await new Promise(later => setTimeout(later));
    answerer.end();
    await cancelled;
  });

  it('end with an error when the channel does, and so do later ones', async () => {
    const { caller } = joined(() => () => {});
    const { signal } = new AbortController();
    const pending = receive(caller.exchange, GET, signal);
    caller.end(new ForetokenError('closed', 'closed'));
    await expect(pending).rejects.toMatchObject({ code: 'closed' });
    await expect(receive(caller.exchange, GET, signal)).rejects.toMatchObject({ code: 'closed' });
  });

  it('deliver nothing after a cancellation', async () => {
    const messages: string[] = [];
    const cancel = joined(respond(async () => new Response('late'))).caller.exchange(GET, message =>
      messages.push(message.kind),
    );
    cancel();
    await new Promise(resolve => setTimeout(resolve, 5));
    expect(messages).toEqual([]);
  });
});
