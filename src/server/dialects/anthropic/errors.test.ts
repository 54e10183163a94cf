import { describe, expect, it } from 'vitest';
import type { MessageEvent, MessageFailure } from '../../../protocol/anthropic.ts';
import { parseNamedEvents, testServer } from '../../testing/testServer.ts';

const TEMPLATE = '{% for m in messages %}{{ m.content }}{% endfor %}';
const PATHS = ['/v1/messages', '/v1/messages/count_tokens'];
const user = (content: unknown) => [{ role: 'user', content }];
const assistant = (content: unknown) => [{ role: 'assistant', content }];
const newServer = (settings = {}) => testServer({ settings: { chatTemplate: TEMPLATE, ...settings } });

async function failureOf(response: Response): Promise<MessageFailure> {
  const body: MessageFailure = await response.json();
  expect(Object.keys(body)).toEqual(['type', 'error']);
  expect(Object.keys(body.error)).toEqual(['type', 'message']);
  expect(body.type).toBe('error');
  return body;
}

const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AA' } };

describe("errors of Anthropic's routes have Anthropic's format", () => {
  it.each<{ body: unknown; says: string }>([
    { body: '', says: 'not valid JSON' },
    { body: '{"messages": [', says: 'not valid JSON' },
    { body: '[]', says: 'must be a JSON object' },
    { body: {}, says: 'messages: must be a list' },
    { body: { messages: null }, says: 'messages: must be a list' },
    { body: { messages: [] }, says: 'messages: must be a list of at least one message' },
    { body: { messages: 'hi' }, says: 'messages: must be a list' },
    { body: { messages: { role: 'user', content: 'hi' } }, says: 'messages: must be a list' },
    { body: { messages: ['hi'] }, says: 'messages.0.role: must be one of' },
    { body: { messages: [{ content: 'hi' }] }, says: 'messages.0.role: must be one of' },
    { body: { messages: [{ role: 'tool', content: 'hi' }] }, says: 'messages.0.role: must be one of' },
    { body: { messages: [{ role: 'user' }] }, says: 'messages.0.content: must be a string or a list' },
    { body: { messages: user(null) }, says: 'messages.0.content' },
    { body: { messages: user(5) }, says: 'messages.0.content' },
    { body: { messages: user([5]) }, says: 'messages.0.content.0: must be an object' },
    { body: { messages: user([{ text: 'a' }]) }, says: 'messages.0.content.0: blocks of type undefined' },
    { body: { messages: user([{ type: 'text' }]) }, says: 'messages.0.content.0.text: must be a string' },
    { body: { messages: user([{ type: 'smell' }]) }, says: 'blocks of type "smell"' },
    { body: { messages: user([{ type: 'container_upload', file_id: 'f' }]) }, says: '"container_upload"' },
    { body: { messages: user([pdf]) }, says: 'content.0.source: documents of type "base64"' },
    {
      body: { messages: user([{ type: 'document', source: { type: 'url', url: 'u' } }]) },
      says: 'documents of type "url"',
    },
    {
      body: { messages: user([{ type: 'document', source: { type: 'file', file_id: 'f' } }]) },
      says: 'documents of type "file"',
    },
    { body: { messages: user([{ type: 'document' }]) }, says: 'content.0.source: must be an object' },
    {
      body: { messages: user([{ type: 'image', source: { type: 'file', file_id: 'f' } }]) },
      says: 'images of type "file"',
    },
    { body: { messages: user([{ type: 'tool_use', id: 'c', name: 'f' }]) }, says: '"tool_use"' },
    { body: { messages: user([{ type: 'thinking', thinking: 'hm' }]) }, says: '"thinking"' },
    { body: { messages: assistant([{ type: 'tool_result', tool_use_id: 'c' }]) }, says: '"tool_result"' },
    { body: { messages: assistant([{ type: 'server_tool_use', id: 'c' }]) }, says: '"server_tool_use"' },
    {
      body: { messages: assistant([{ type: 'tool_use', id: 'c' }]) },
      says: 'content.0.name: must be a string',
    },
    {
      body: { messages: assistant([{ type: 'tool_use', id: 'c', name: 'f', input: 'x' }]) },
      says: 'content.0.input: must be an object',
    },
    { body: { messages: user([{ type: 'tool_result' }]) }, says: 'tool_use_id: must be a string' },
    {
      body: { messages: user([{ type: 'tool_result', tool_use_id: 'c', content: [pdf] }]) },
      says: 'messages.0.content.0.content.0.source: documents of type "base64"',
    },
    {
      body: {
        messages: user([{ type: 'tool_result', tool_use_id: 'c', content: [{ type: 'tool_reference' }] }]),
      },
      says: 'blocks of type "tool_reference" are not supported in the result of a tool',
    },
    { body: { messages: user('hi'), system: 5 }, says: 'system: must be a string' },
    { body: { messages: user('hi'), system: [{ type: 'image' }] }, says: 'system.0.source' },
    { body: { messages: user('hi'), tools: 5 }, says: 'tools: must be a list' },
    { body: { messages: user('hi'), tools: [5] }, says: 'tools.0: must be an object' },
    { body: { messages: user('hi'), tools: [{ description: 'f' }] }, says: 'tools.0.name: must be a string' },
    { body: { messages: user('hi'), output_config: 5 }, says: 'output_config: must be an object' },
    {
      body: { messages: user('hi'), output_config: { format: { type: 'json_schema' } } },
      says: 'output_config.format: must be an object',
    },
    { body: { messages: user('hi'), output_format: { type: 'xml', schema: {} } }, says: 'output_format: ' },
  ])('a faulty field: $body', async ({ body, says }) => {
    for (const path of PATHS) {
      const response = await newServer().post(path, body);
      expect(response.status).toBe(400);
      const { error } = await failureOf(response);
      expect(error).toEqual({
        type: 'invalid_request_error',
        message: expect.stringContaining(says),
      });
    }
  });

  it.each([{ stream: false }, { stream: true }])('a prompt that does not fit, with %j', async body => {
    const messages = user('x '.repeat(200));
    const response = await newServer().post('/v1/messages', { messages, ...body });
    expect(response.status).toBe(400);
    expect((await failureOf(response)).error).toEqual({
      type: 'invalid_request_error',
      message: expect.stringMatching(/^prompt is too long: \d+ tokens > 128 maximum; /),
    });
  });

  it.each([{ temperature: 'hot' }, { max_tokens: 'many' }, { stop_sequences: 5 }, { stream: 'yes' }])(
    'a field with an impossible value: %j',
    async body => {
      const response = await newServer().post('/v1/messages', { messages: user('hi'), ...body });
      expect(response.status).toBe(400);
      expect((await failureOf(response)).error.type).toBe('invalid_request_error');
    },
  );

  it.each(PATHS)('a missing or wrong API key for %s', async path => {
    const server = newServer({ apiKeys: ['sesame'] });
    for (const headers of [{}, { 'x-api-key': 'wrong' }, { authorization: 'Bearer wrong' }]) {
      const response = await server.fetch(
        new Request(`http://page${path}`, { method: 'POST', headers, body: '{}' }),
      );
      expect(response.status).toBe(401);
      expect((await failureOf(response)).error.type).toBe('authentication_error');
    }
  });

  it.each([
    ['GET', '/v1/messages'],
    ['GET', '/v1/messages/count_tokens?beta=true'],
    ['POST', '/v1/messages/batches'],
    ['DELETE', '/v1/messages/x'],
  ])('an unknown route %s %s', async (method, path) => {
    const response = await newServer().fetch(new Request(`http://page${path}`, { method }));
    expect(response.status).toBe(404);
    expect((await failureOf(response)).error.type).toBe('not_found_error');
  });

  it('a server that closes before the answer or during a stream', async () => {
    const server = newServer();
    const stream = await server.post('/v1/messages', {
      messages: user('a'),
      stream: true,
      max_tokens: 10_000,
    });
    const waiting = server.post('/v1/messages', { messages: user('b') });
    await server.close();
    const text = await stream.text();
    expect(parseNamedEvents<MessageEvent>(text).at(-1)).toEqual({
      type: 'error',
      error: { type: 'overloaded_error', message: expect.any(String) },
    });
    expect((await waiting).status).toBe(503);
    expect((await failureOf(await waiting)).error.type).toBe('overloaded_error');
  });

  it('other routes keep their own error format', async () => {
    for (const path of ['/v1/chat/completions', '/v1/responses', '/v1/message', '/v1/messagesx']) {
      expect(Object.keys(await (await newServer().post(path, {})).json())).toEqual(['error']);
    }
  });
});
