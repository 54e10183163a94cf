import { embed, generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { answeringServer } from '../server/testing/answeringServer.ts';
import { createForetoken } from './index.ts';

/** Chat model on a server that gives `answers` in turn. */
function modelThatSays(...answers: string[]) {
  const { server, chats } = answeringServer(...answers);
  return { model: createForetoken({ server })(), chats };
}

const TIMINGS = { predicted_n: expect.any(Number), predicted_per_second: expect.any(Number) };

describe('the provider for the AI SDK', () => {
  it('generates a text, with its usage and timings', async () => {
    const { model } = modelThatSays('hello');
    const { text, finishReason, usage, providerMetadata } = await generateText({ model, prompt: 'hi' });
    expect({ text, finishReason }).toEqual({ text: 'hello', finishReason: 'stop' });
    // Every character is a token, and so are BOS and the end of the answer.
    expect(usage).toMatchObject({ inputTokens: 1 + 'user:hi;A:'.length, outputTokens: 'hello'.length + 1 });
    expect(providerMetadata?.foretoken).toMatchObject(TIMINGS);
  });

  it('streams a text, with its usage and timings', async () => {
    const { model } = modelThatSays('hello');
    const { textStream, usage, providerMetadata } = streamText({ model, prompt: 'hi' });
    const pieces: string[] = [];
    for await (const piece of textStream) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe('hello');
    expect(await usage).toMatchObject({ outputTokens: 'hello'.length + 1 });
    expect((await providerMetadata)?.foretoken).toMatchObject(TIMINGS);
  });

  it('generates an object that fits a schema', async () => {
    const { model, chats } = modelThatSays('{"ok":true}');
    const schema = jsonSchema<{ ok: boolean }>({
      type: 'object',
      properties: { ok: { type: 'boolean' } },
      required: ['ok'],
      additionalProperties: false,
    });
    expect((await generateObject({ model, prompt: 'ok?', schema })).object).toEqual({ ok: true });
    expect(chats[0]).toMatchObject({ response_format: { type: 'json_schema' } });
  });

  it('calls tools until the model answers', async () => {
    const call = '<tool_call>\n{"name": "double", "arguments": {"n": 2}}\n</tool_call>';
    const { model, chats } = modelThatSays(call, 'It is 4.');
    const double = tool({
      description: 'Doubles a number.',
      inputSchema: jsonSchema<{ n: number }>({
        type: 'object',
        properties: { n: { type: 'integer' } },
        required: ['n'],
      }),
      execute: async ({ n }) => 2 * n,
    });
    const { text } = await generateText({
      model,
      prompt: 'double 2',
      tools: { double },
      stopWhen: stepCountIs(2),
    });
    expect(text).toBe('It is 4.');
    expect(chats[1].messages.at(-1)).toMatchObject({ role: 'tool', content: '4' });
  });

  it('waits for a server that is still loading', async () => {
    const { server } = answeringServer('hello');
    const loading = new Promise<typeof server>(resolve => setTimeout(() => resolve(server), 5));
    const { text } = await generateText({ model: createForetoken({ server: loading }).chat(), prompt: 'hi' });
    expect(text).toBe('hello');
  });

  it('sends requests to an address, with key and headers', async () => {
    const seen: Request[] = [];
    const provider = createForetoken({
      baseURL: 'http://127.0.0.1:8080/v1',
      apiKey: 'sesame',
      headers: { 'x-page': '1' },
      async fetch(input, init) {
        seen.push(new Request(input, init));
        return Response.json({ object: 'list', data: [{ index: 0, embedding: [1, 2] }] });
      },
    });
    expect((await embed({ model: provider.embedding(), value: 'owl' })).embedding).toEqual([1, 2]);
    expect(seen[0].url).toBe('http://127.0.0.1:8080/v1/embeddings');
    expect(Object.fromEntries(seen[0].headers)).toMatchObject({
      authorization: 'Bearer sesame',
      'x-page': '1',
    });
  });
});
