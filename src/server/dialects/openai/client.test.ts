import { OpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { testServer } from '../../testing/testServer.ts';

/** Client with retries: it repeats a request that failed by the server's fault, but not one that is wrong. */
function clientOf(settings = {}) {
  const template = '{% for m in messages %}{{ m.content }}{% endfor %}';
  const server = testServer({ nSlots: 2, settings: { chatTemplate: template, ...settings } });
  let nAsked = 0;
  const client = new OpenAI({
    apiKey: 'none needed',
    baseURL: 'http://foretoken.invalid/v1',
    fetch(input, init) {
      nAsked++;
      return server.fetch(new Request(input, init));
    },
  });
  return { client, nAsked: () => nAsked };
}

const request = {
  model: 'any',
  messages: [{ role: 'user', content: 'ab' }],
  max_tokens: 3,
} as const satisfies OpenAI.ChatCompletionCreateParams;

describe('the official client', () => {
  it('the client assembles all choices of a stream and finds the usage of the whole request', async () => {
    const { client } = clientOf();
    const body = { ...request, messages: [...request.messages], n: 2, seed: 1, temperature: 1 };
    const whole = await client.chat.completions.create(body);
    const stream = client.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
    const streamed = await stream.finalChatCompletion();
    const said = (answer: OpenAI.ChatCompletion) => answer.choices.map(({ message }) => message.content);
    expect(said(streamed)).toEqual(said(whole));
    expect(said(streamed)).toHaveLength(2);
    expect(streamed.usage?.completion_tokens).toBe(whole.usage?.completion_tokens);
    expect(streamed.usage?.prompt_tokens).toBe(whole.usage?.prompt_tokens);
  });

  it('the client reads log-probabilities without alternatives, whole and streamed', async () => {
    const { client } = clientOf();
    const body = { ...request, messages: [...request.messages], logprobs: true, top_logprobs: 0 };
    const whole = await client.chat.completions.create(body);
    const streamed = await client.chat.completions.stream(body).finalChatCompletion();
    const [tokens, streamedTokens] = [whole, streamed].map(({ choices }) => choices[0]?.logprobs?.content);
    expect(tokens?.map(token => token.top_logprobs)).toEqual([[], [], []]);
    expect(streamedTokens).toEqual(tokens);
  });

  it('the client reads included log-probabilities of a response', async () => {
    const { client } = clientOf();
    const { output, output_text } = await client.responses.create({
      model: 'any',
      input: 'ab',
      max_output_tokens: 3,
      include: ['message.output_text.logprobs'],
      top_logprobs: 2,
    });
    const parts = output.flatMap(item => (item.type === 'message' ? item.content : []));
    const tokens = parts.flatMap(part => (part.type === 'output_text' ? (part.logprobs ?? []) : []));
    expect(tokens.map(({ token }) => token).join('')).toBe(output_text);
    expect(tokens.map(({ top_logprobs }) => top_logprobs.length)).toEqual(tokens.map(() => 2));
  });

  it.each<Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>>([
    { response_format: { type: 'json_schema', json_schema: { name: 'n' } } },
    { top_logprobs: 3 },
    { max_tokens: -2 },
    { messages: [] as OpenAI.ChatCompletionMessageParam[], n: 0 },
  ])('the client does not retry a wrong request: %j', async wrong => {
    const { client, nAsked } = clientOf();
    const body = { ...request, messages: [...request.messages], ...wrong };
    await expect(client.chat.completions.create(body)).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    expect(nAsked()).toBe(1);
  });

  it.each<Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>>([
    { conversation: 'conv_1' },
    { prompt: { id: 'pmpt_1' } },
    { previous_response_id: 'resp_1' },
    { input: [{ type: 'item_reference', id: 'msg_1' }] },
    {
      text: {
        format: { type: 'json_schema', name: 'n', schema: null as unknown as Record<string, unknown> },
      },
    },
  ])('the client does not retry an impossible response request: %j', async wrong => {
    const { client, nAsked } = clientOf();
    const answer = client.responses.create({ model: 'any', input: 'ab', ...wrong });
    await expect(answer).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    expect(nAsked()).toBe(1);
  });
});
