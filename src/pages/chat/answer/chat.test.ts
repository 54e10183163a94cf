import { describe, expect, it } from 'vitest';
import type { Foretoken } from '../../../client/index.ts';
import { createStore } from '../../frame/store.ts';
import { branchOf } from '../conversation/branch.ts';
import { current } from '../conversation/chatState.ts';
import { newConversation } from '../conversation/conversation.ts';
import { PUBLIC_HUB } from '../models/access.ts';
import { DEFAULT_PREFERENCES } from '../preferences.ts';
import { initialState, reduce } from '../state.ts';
import { Chat } from './chat.ts';

/** Page whose server answers every request with these deltas, or with what `fetch` does. */
function open(deltas: readonly object[], fetch?: Foretoken['fetch']) {
  const bodies: { messages: { role: string; content: string }[] }[] = [];
  const store = createStore(
    reduce,
    initialState({
      theme: 'auto',
      preferences: DEFAULT_PREFERENCES,
      browser: { userAgent: '', memoryBytes: null },
      access: PUBLIC_HUB,
      conversation: newConversation('c', 0, { system: 'Be short.' }),
      text: '',
      hasSideBar: false,
      now: 0,
    }),
    () => {},
  );
  const server = {
    report: { model: { name: 'tiny' } },
    fetch: async (input: string, init: RequestInit) => {
      bodies.push(JSON.parse(String(init.body)));
      if (fetch) return fetch(input, init);
      const chunks = [
        ...deltas.map(delta => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
        { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      ];
      return new Response(chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join(''));
    },
  } as unknown as Foretoken;
  const chat = new Chat(store, { ready: async () => server });
  const shown = () =>
    branchOf(current(store.state.chat)).map(({ message }) => `${message.role}: ${message.content}`);
  return { store, chat, bodies, shown };
}

describe('a chat', () => {
  it('sends the system prompt and the branch that is shown, and adds the answer', async () => {
    const { chat, bodies, shown } = open([{ content: 'Hi' }, { content: '!' }]);
    await chat.send('Hello');
    await chat.send('Again');
    expect(bodies[1].messages).toEqual([
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi!' },
      { role: 'user', content: 'Again' },
    ]);
    expect(shown()).toEqual(['user: Hello', 'assistant: Hi!', 'user: Again', 'assistant: Hi!']);
  });

  it('ends with the answer that it goes on with', async () => {
    const { chat, store, bodies, shown } = open([{ content: 'Hi' }]);
    await chat.send('Hello');
    await chat.continue(current(store.state.chat).leaf ?? '');
    expect(bodies[1].messages.at(-1)).toEqual({ role: 'assistant', content: 'Hi' });
    expect(shown()).toEqual(['user: Hello', 'assistant: HiHi']);
  });

  it('answers an edited message, and not an edited answer', async () => {
    const { chat, store, bodies, shown } = open([{ content: 'Hi' }]);
    await chat.send('Hello');
    await chat.edit(current(store.state.chat).messages[0].id, 'Bye');
    expect(shown()).toEqual(['user: Bye', 'assistant: Hi']);
    await chat.edit(current(store.state.chat).leaf ?? '', 'Ho');
    expect(shown()).toEqual(['user: Bye', 'assistant: Ho']);
    expect(bodies).toHaveLength(2);
  });

  it('goes on once every call of a tool has its result', async () => {
    const call = (index: number) => ({ index, id: `${index}`, function: { name: 'f', arguments: '{}' } });
    const { chat, bodies } = open([{ tool_calls: [call(0)] }, { tool_calls: [call(1)] }]);
    await chat.send('Look');
    await chat.giveResult('0', 'a');
    expect(bodies).toHaveLength(1);
    await chat.giveResult('1', 'b');
    expect(bodies[1].messages.slice(-2)).toMatchObject([{ content: 'a' }, { content: 'b' }]);
  });

  it('sends nothing that is empty', async () => {
    const { chat, bodies } = open([]);
    await chat.send('  ');
    expect(bodies).toEqual([]);
  });

  it('keeps the error of a refused request with the answer', async () => {
    const refusal = { error: { code: 400, message: 'too long', type: 'exceed_context_size_error' } };
    const { chat, store } = open([], async () => Response.json(refusal, { status: 400 }));
    await chat.send('Hello');
    expect(current(store.state.chat).messages.at(-1)).toMatchObject({
      finish: 'failed',
      error: { code: 'context_exceeded', message: 'too long' },
    });
  });

  it('stops when it is told to, also before the model is loaded', async () => {
    const { chat, store } = open(
      [],
      (_, init) =>
        new Promise((_, reject) =>
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
        ),
    );
    const sent = chat.send('Hello');
    await Promise.resolve();
    chat.stop();
    await sent;
    expect(store.state.chat.answer).toBeNull();
    expect(current(store.state.chat).messages).toHaveLength(1);
  });
});
