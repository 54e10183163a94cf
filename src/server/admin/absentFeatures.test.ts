import { describe, expect, it } from 'vitest';
import { testServer } from '../testing/testServer.ts';

const RERANKING = 'This server does not support reranking. Start it with `--reranking`';
const DISABLED = { error: { message: 'this feature is disabled', type: 'feature_disabled' } };
const notSupported = (message: string) => ({ error: { code: 501, message, type: 'not_supported_error' } });

describe('a server without optional features', () => {
  it.each([
    ...['/rerank', '/reranking', '/v1/rerank', '/v1/reranking'].map(path => ({
      request: `POST ${path}`,
      body: '{}',
      status: 501,
      answer: notSupported(RERANKING),
    })),
    {
      request: 'POST /v1/audio/transcriptions',
      body: '{}',
      status: 501,
      answer: notSupported('The current model does not support audio input.'),
    },
    ...['GET /tools', 'POST /tools', 'GET /cors-proxy', 'POST /cors-proxy'].map(request => ({
      request,
      status: 403,
      answer: DISABLED,
    })),
    { request: 'GET /lora-adapters', status: 200, answer: [] },
    {
      request: 'POST /lora-adapters',
      body: '[{ "id": 3, "scale": 0.5 }]',
      status: 200,
      answer: { success: true },
    },
    {
      request: 'POST /lora-adapters',
      body: '{ "id": 3 }',
      status: 400,
      answer: {
        error: { code: 400, message: 'Request body must be an array', type: 'invalid_request_error' },
      },
    },
  ])('$request answers $status', async ({ request, status, answer, ...rest }) => {
    const [method = '', path = ''] = request.split(' ');
    const body = 'body' in rest ? rest.body : null;
    const response = await testServer().fetch(new Request(`http://page${path}`, { method, body }));
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual(answer);
  });
});
