import { describe, expect, it } from 'vitest';
import type { Message } from '../../../protocol/anthropic.ts';
import { testServer } from '../../testing/testServer.ts';

/** Template that prints every field of a message. */
const TEMPLATE =
  "{% for m in messages %}{{ m.role }}:{{ m.reasoning_content or '' }}:{{ m.content }}{% for c in m.tool_calls or [] %}call {{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %};{% endfor %}";

const text = (text: string) => ({ type: 'text', text });
const use = (id: string) => ({ type: 'tool_use', id, name: `f${id}`, input: { x: id } });
const call = (id: string) => ({
  type: 'function',
  id,
  function: { name: `f${id}`, arguments: JSON.stringify({ x: id }) },
});
const result = (id: string, content: unknown) => ({ type: 'tool_result', tool_use_id: id, content });
const tool = (id: string, content: string) => ({ role: 'tool', tool_call_id: id, content });
const user = (content: unknown) => ({ role: 'user', content });
const calls = (...ids: string[]) => ({ role: 'assistant', content: ids.map(use) });
const chatCalls = (...ids: string[]) => ({ role: 'assistant', content: '', tool_calls: ids.map(call) });

const newServer = () => testServer({ nCtx: 2048, settings: { chatTemplate: TEMPLATE } });

interface Conversation {
  readonly name: string;
  readonly messages: readonly object[];
  readonly chat: readonly object[];
}

describe('a Messages conversation has the same prompt as the equal chat', () => {
  it.each<Conversation>([
    { name: 'a text', messages: [user('a')], chat: [user('a')] },
    { name: 'several texts', messages: [user([text('a'), text('b')])], chat: [user([text('a'), text('b')])] },
    {
      name: 'text behind a result',
      messages: [user('a'), calls('c'), user([result('c', 'r'), text('now explain')])],
      chat: [user('a'), chatCalls('c'), tool('c', 'r'), user('now explain')],
    },
    {
      name: 'text in front of a result',
      messages: [user('a'), calls('c'), user([text('here it is'), result('c', 'r')])],
      chat: [user('a'), chatCalls('c'), user('here it is'), tool('c', 'r')],
    },
    {
      name: 'text behind two results',
      messages: [user('a'), calls('c', 'd'), user([result('c', 'r'), result('d', 's'), text('b')])],
      chat: [user('a'), chatCalls('c', 'd'), tool('c', 'r'), tool('d', 's'), user('b')],
    },
    {
      name: 'text between two results',
      messages: [user('a'), calls('c', 'd'), user([result('c', 'r'), text('b'), result('d', 's')])],
      chat: [user('a'), chatCalls('c', 'd'), tool('c', 'r'), user('b'), tool('d', 's')],
    },
    {
      name: 'text on all sides of results',
      messages: [
        user('a'),
        calls('c', 'd'),
        user([text('x'), result('c', 'r'), text('y'), result('d', 's'), text('z')]),
      ],
      chat: [user('a'), chatCalls('c', 'd'), user('x'), tool('c', 'r'), user('y'), tool('d', 's'), user('z')],
    },
    {
      name: 'several texts behind a result',
      messages: [user('a'), calls('c'), user([result('c', 'r'), text('b'), text('e')])],
      chat: [user('a'), chatCalls('c'), tool('c', 'r'), user([text('b'), text('e')])],
    },
    {
      name: 'results in two turns, with text behind each',
      messages: [
        user('a'),
        calls('c'),
        user([result('c', 'r'), text('b')]),
        calls('d'),
        user([result('d', [text('s')]), text('e')]),
      ],
      chat: [user('a'), chatCalls('c'), tool('c', 'r'), user('b'), chatCalls('d'), tool('d', 's'), user('e')],
    },
    {
      name: 'results alone',
      messages: [user('a'), calls('c', 'd'), user([result('c', 'r'), result('d', null)])],
      chat: [user('a'), chatCalls('c', 'd'), tool('c', 'r'), tool('d', '')],
    },
    {
      name: 'thoughts, text and calls of the assistant',
      messages: [
        user('a'),
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }, text('b'), use('c')] },
        user([result('c', 'r'), text('e')]),
      ],
      chat: [
        user('a'),
        { role: 'assistant', reasoning_content: 'hm', content: 'b', tool_calls: [call('c')] },
        tool('c', 'r'),
        user('e'),
      ],
    },
    {
      name: 'a document behind a result',
      messages: [
        user('a'),
        calls('c'),
        user([
          result('c', 'r'),
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'owls' } },
          text('sum up'),
        ]),
      ],
      chat: [
        user('a'),
        chatCalls('c'),
        tool('c', 'r'),
        user([text('<document>\nowls\n</document>\n'), text('sum up')]),
      ],
    },
  ])('$name', async ({ messages, chat }) => {
    const server = newServer();
    const counted = await server.post('/v1/messages/count_tokens', { messages });
    const chatCounted = await server.post('/v1/chat/completions/input_tokens', { messages: chat });
    const { input_tokens } = await counted.json();
    expect((await chatCounted.json()).input_tokens).toBe(input_tokens);

    // The chat left the whole prompt in the cache, except the token that is always decoded.
    await server.post('/v1/chat/completions', { messages: chat, max_tokens: 1 });
    const answer: Message = await (await server.post('/v1/messages', { messages, max_tokens: 1 })).json();
    expect(answer.usage).toMatchObject({ input_tokens: 1, cache_read_input_tokens: input_tokens - 1 });
  });

  it('a chat in another order has a different prompt', async () => {
    const server = newServer();
    const chat = [user('a'), chatCalls('c'), user('b'), tool('c', 'r')];
    await server.post('/v1/chat/completions', { messages: chat, max_tokens: 1 });
    const messages = [user('a'), calls('c'), user([result('c', 'r'), text('b')])];
    const answer: Message = await (await server.post('/v1/messages', { messages, max_tokens: 1 })).json();
    expect(answer.usage.input_tokens).toBeGreaterThan(5);
  });
});
