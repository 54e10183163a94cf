import { describe, expect, it } from 'vitest';
import { handlePredict } from './vertexPredict.ts';

const PATHS = ['/v1/chat/completions', '/apply-template', '/tokenize'];

/** Responds with the path and the body of the request. */
async function echo(request: Request): Promise<Response> {
  return Response.json({ path: new URL(request.url).pathname, body: await request.json() });
}

function predict(body: unknown): Promise<Response> {
  const request = new Request('http://foretoken.invalid/predict', {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return handlePredict(request, PATHS, echo);
}

async function predictions(...instances: unknown[]): Promise<readonly unknown[]> {
  return (await (await predict({ instances })).json()).predictions;
}

describe('POST /predict', () => {
  it('each instance is sent to its route, in order', async () => {
    expect(
      await predictions(
        { '@requestFormat': 'chatCompletions', messages: [] },
        { '@requestFormat': 'applyTemplate' },
        { '@requestFormat': '/tokenize', content: 'a' },
      ),
    ).toEqual([
      { path: '/v1/chat/completions', body: { messages: [] } },
      { path: '/apply-template', body: {} },
      { path: '/tokenize', body: { content: 'a' } },
    ]);
  });

  it('instances never stream', async () => {
    expect(await predictions({ '@requestFormat': 'tokenize', stream: true })).toEqual([
      { path: '/tokenize', body: { stream: false } },
    ]);
  });

  it.each([
    [5, 'each instance must be a JSON object'],
    [{}, 'each instance must include a string @requestFormat'],
    [{ '@requestFormat': 'unheardOf' }, 'no handler registered for @requestFormat: unheardOf'],
  ])('a faulty instance gets its own error: %j', async (instance, message) => {
    const good = { '@requestFormat': 'tokenize' };
    expect(await predictions(instance, good)).toMatchObject([
      { error: { code: 400, message } },
      { path: '/tokenize' },
    ]);
  });

  it.each([
    [{}, 'array field named instances'],
    [{ instances: {} }, 'array field named instances'],
    [{ instances: Array.from({ length: 129 }, () => ({})) }, 'maximum size of 128'],
  ])('a body without instances, or with too many, is refused: %j', async (body, message) => {
    await expect(predict(body)).rejects.toThrow(message);
  });
});
