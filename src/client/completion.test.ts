import { describe, expect, it } from 'vitest';
import type { CompletionRequest } from '../protocol/completion.ts';
import { complete, streamCompletion } from './completion.ts';

const respond =
  (body: string, status = 200) =>
  async () =>
    new Response(body, { status });

describe('completion', () => {
  it('posts the request as JSON and resolves with the answer', async () => {
    let sent: Request | undefined;
    const answer = await complete(
      async (input, init) => {
        sent = new Request(new URL(String(input), 'http://host'), init);
        return Response.json({ content: ' time' });
      },
      { prompt: 'Once upon a' },
      {},
    );
    expect(answer.content).toBe(' time');
    expect(sent?.method).toBe('POST');
    expect(await sent?.json()).toEqual({ prompt: 'Once upon a' });
  });

  it('accepts every spelling of the draft settings', async () => {
    const requests: CompletionRequest[] = [
      { prompt: '', speculative: { n_min: 1, n_max: 4, p_min: 0.5 } },
      { prompt: '', 'speculative.n_min': 1, 'speculative.n_max': 4, 'speculative.p_min': 0.5 },
      { prompt: '', draft_min: 1, draft_max: 4, draft_p_min: 0.5 },
    ];
    for (const request of requests) {
      expect((await complete(respond('{"content":"a"}'), request, {})).content).toBe('a');
    }
  });

  it.each([
    { type: 'invalid_request_error', status: 400, code: 'invalid_request' },
    { type: 'exceed_context_size_error', status: 400, code: 'context_exceeded' },
    { type: 'unavailable_error', status: 503, code: 'no_slot' },
    { type: 'server_error', status: 500, code: 'internal' },
  ])('throws $type as $code, with its numbers', async ({ type, status, code }) => {
    const body = JSON.stringify({ error: { code: status, message: 'too long', type, n_ctx: 64 } });
    await expect(complete(respond(body, status), { prompt: '' }, {})).rejects.toMatchObject({
      code,
      message: 'too long',
      details: { n_ctx: 64 },
    });
  });

  it('throws an answer that is no error object, with its status', async () => {
    await expect(complete(respond('oops', 500), { prompt: '' }, {})).rejects.toThrow('status 500: oops');
  });

  it('yields the events of a stream', async () => {
    const contents: string[] = [];
    const body = 'data: {"content":"a","stop":false}\n\n:\n\ndata: {"content":"","stop":true}\n\n';
    for await (const event of streamCompletion(respond(body), { prompt: '', stream: true }, {})) {
      contents.push(`${event.content}|${event.stop}`);
    }
    expect(contents).toEqual(['a|false', '|true']);
  });

  it('throws an error that arrives within the stream', async () => {
    const body =
      'data: {"content":"a"}\n\ndata: {"error":{"code":500,"message":"lost","type":"server_error"}}\n\n';
    const events = streamCompletion(respond(body), { prompt: '', stream: true }, {});
    await events.next();
    await expect(events.next()).rejects.toThrow('lost');
  });

  it('cancels the response when its consumer leaves the loop', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: controller => controller.enqueue(new TextEncoder().encode('data: {"content":"a"}\n\n')),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const _ of streamCompletion(async () => new Response(body), { prompt: '', stream: true }, {}))
      break;
    expect(cancelled).toBe(true);
  });
});
