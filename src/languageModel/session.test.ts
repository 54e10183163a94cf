import { describe, expect, it } from 'vitest';
import { answeringServer, CONTEXT } from '../server/testing/answeringServer.ts';
import { createLanguageModel } from './index.ts';
import type {
  LanguageModelCreateOptions,
  LanguageModelPrompt,
  LanguageModelPromptOptions,
  LanguageModelSession,
} from './shape.ts';

/** Session on a server that gives `answers` in turn, and the chats that it is asked to answer. */
async function sessionWith(answers: readonly string[], options: LanguageModelCreateOptions = {}) {
  const { server, chats } = answeringServer(...answers);
  return { session: await createLanguageModel(server).create(options), chats };
}

/** Pairs of role and content of a chat's messages. */
function turnsOf(chat: { messages: readonly { role: string; content: string }[] } | undefined): string[] {
  return (chat?.messages ?? []).map(({ role, content }) => `${role}: ${content}`);
}

async function nameOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    error => error.name,
  );
}

const SYSTEM = { role: 'system', content: 'be brief' } as const;
const user = (content: string) => ({ role: 'user', content }) as const;
const assistant = (content: string) => ({ role: 'assistant', content }) as const;

describe('a session of the language model', () => {
  it('answers a prompt, and sends the conversation so far with the next', async () => {
    const { session, chats } = await sessionWith(['hello', 'fine'], { initialPrompts: [SYSTEM] });
    expect(await session.prompt('hi')).toBe('hello');
    expect(await session.prompt('how are you')).toBe('fine');
    expect(chats.map(turnsOf)).toEqual([
      ['system: be brief', 'user: hi'],
      ['system: be brief', 'user: hi', 'assistant: hello', 'user: how are you'],
    ]);
  });

  it('streams an answer in pieces of text, and keeps it', async () => {
    const { session, chats } = await sessionWith(['some words', 'more']);
    const pieces: string[] = [];
    for await (const piece of session.promptStreaming('hi')) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe('some words');
    await session.prompt('on');
    expect(turnsOf(chats[1])).toEqual(['user: hi', 'assistant: some words', 'user: on']);
  });

  it('answers the next prompt although nobody reads the stream of the last', async () => {
    const { session } = await sessionWith(['unread', 'read']);
    session.promptStreaming('hi');
    expect(await session.prompt('on')).toBe('read');
  });

  it('answers prompts in the order of their calls', async () => {
    const { session, chats } = await sessionWith(['one', 'two', 'three']);
    const answers = await Promise.all(['a', 'b', 'c'].map(text => session.prompt(text)));
    expect(answers).toEqual(['one', 'two', 'three']);
    expect(turnsOf(chats[2])).toHaveLength(5);
  });

  it.each<{ input: LanguageModelPrompt; sent: string[] }>([
    { input: 'a', sent: ['user: a'] },
    { input: [], sent: ['user: '] },
    { input: [SYSTEM, user('a')], sent: ['system: be brief', 'user: a'] },
    {
      input: [
        {
          role: 'user',
          content: [
            { type: 'text', value: 'a' },
            { type: 'text', value: 'b' },
          ],
        },
      ],
      sent: ['user: ab'],
    },
    { input: [user('a'), assistant('b'), user('c')], sent: ['user: a', 'assistant: b', 'user: c'] },
  ])('reads the prompt $input', async ({ input, sent }) => {
    const { session, chats } = await sessionWith(['x']);
    await session.prompt(input);
    expect(turnsOf(chats[0])).toEqual(sent);
  });

  it.each<{ input: unknown; options?: LanguageModelPromptOptions; name: string }>([
    { input: [user('a'), SYSTEM], name: 'TypeError' },
    { input: [{ role: 'tool', content: 'a' }], name: 'TypeError' },
    { input: [{ role: 'user', content: [{ type: 'text', value: 3 }] }], name: 'TypeError' },
    { input: [{ role: 'user', content: [{ type: 'image', value: 'a' }] }], name: 'NotSupportedError' },
    { input: [{ role: 'user', content: [{ type: 'audio', value: 'a' }] }], name: 'NotSupportedError' },
    { input: [{ role: 'user', content: 'a', prefix: true }], name: 'SyntaxError' },
    { input: [{ role: 'assistant', content: 'a', prefix: true }, user('b')], name: 'SyntaxError' },
    { input: 'a', options: { omitResponseConstraintInput: true }, name: 'TypeError' },
    { input: 'a', options: { responseConstraint: [] }, name: 'TypeError' },
    { input: 'a', options: { responseConstraint: /a/i }, name: 'NotSupportedError' },
    { input: 'a', options: { responseConstraint: /(a)\1/ }, name: 'NotSupportedError' },
    { input: 'a', options: { responseConstraint: { type: 'letter' } }, name: 'NotSupportedError' },
  ])('refuses $input with $options as $name, and goes on', async ({ input, options = {}, name }) => {
    const { session, chats } = await sessionWith(['x', 'y']);
    expect(await nameOf(session.prompt(input as LanguageModelPrompt, options))).toBe(name);
    const reading = session.promptStreaming(input as LanguageModelPrompt, options).getReader();
    expect(await nameOf(reading.read())).toBe(name);
    await session.prompt('on');
    expect(turnsOf(chats.at(-1))).toEqual(['user: on']);
  });

  it.each<[input: unknown, message: string]>([
    [5, 'a prompt has to be a text or a list of messages, and not number'],
    [undefined, 'a prompt has to be a text or a list of messages, and not undefined'],
    [user('a'), 'a prompt has to be a text or a list of messages, and not object'],
    [[null], 'message 0 of a prompt has to be an object with role and content, and not null'],
    [[{ role: 'user' }], 'the content of a message has to be a text or a list of parts, and not undefined'],
  ])('refuses the prompt %j with a TypeError that names what is wrong', async (input, message) => {
    const { session } = await sessionWith(['x']);
    await expect(session.prompt(input as LanguageModelPrompt)).rejects.toThrow(new TypeError(message));
  });

  it('keeps a system message that comes later out of the conversation', async () => {
    const { session } = await sessionWith(['x']);
    await session.prompt('a');
    expect(await nameOf(session.append([SYSTEM]))).toBe('TypeError');
  });

  it('continues a message with prefix, and keeps both as one', async () => {
    const { session, chats } = await sessionWith(['llo', 'x']);
    const answer = await session.prompt([user('greet'), { ...assistant('he'), prefix: true }]);
    expect(answer).toBe('llo');
    expect(chats[0]).toMatchObject({ continue_final_message: true, add_generation_prompt: false });
    await session.prompt('on');
    expect(turnsOf(chats[1])).toEqual(['user: greet', 'assistant: hello', 'user: on']);
  });

  it('answers in JSON that fits a schema', async () => {
    const { session } = await sessionWith(['{"ok":true}']);
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
    expect(JSON.parse(await session.prompt('a', { responseConstraint: schema }))).toEqual({ ok: true });
  });

  it('answers with a text that matches an expression, without the notation of JSON', async () => {
    const { session, chats } = await sessionWith(['"a\\"b"', 'x']);
    const pieces: string[] = [];
    for await (const piece of session.promptStreaming('a', { responseConstraint: /^a"b$/ }))
      pieces.push(piece);
    expect(pieces.join('')).toBe('a"b');
    await session.prompt('on');
    expect(turnsOf(chats[1])[1]).toBe('assistant: a"b');
  });

  it('appends messages without an answer', async () => {
    const { session, chats } = await sessionWith(['x']);
    await session.append([SYSTEM, user('a')]);
    await session.append('b');
    await session.prompt('c');
    expect(chats.map(turnsOf)).toEqual([['system: be brief', 'user: a', 'user: b', 'user: c']]);
  });

  it('copies the conversation into a clone, and no further', async () => {
    const { session, chats } = await sessionWith(['x', 'y', 'z']);
    await session.prompt('a');
    const copy = await session.clone();
    expect(copy.contextUsage).toBe(session.contextUsage);
    await copy.prompt('b');
    session.destroy();
    await copy.prompt('c');
    expect(turnsOf(chats[2])).toHaveLength(5);
    expect(copy.contextUsage).toBeGreaterThan(session.contextUsage);
  });
});

describe('the context of a session', () => {
  it('has the size of a slot, and is used by what was said', async () => {
    const { session } = await sessionWith(['b'], { initialPrompts: [user('a')] });
    // BOS and `user:a;`
    expect([session.contextWindow, session.contextUsage]).toEqual([CONTEXT, 8]);
    expect(await session.measureContextUsage('c')).toBe(7);
    await session.prompt('c');
    expect(session.contextUsage).toBe(8 + 'user:c;assistant:b;user:;'.length);
    expect([session.inputQuota, session.inputUsage]).toEqual([session.contextWindow, session.contextUsage]);
  });

  it('drops the oldest turns, but neither the system message nor initial prompts, and says so', async () => {
    const long = 'x'.repeat(400);
    const { session, chats } = await sessionWith(['1', '2', '3'], {
      initialPrompts: [SYSTEM, user('stays')],
    });
    const events: string[] = [];
    session.oncontextoverflow = ({ type }) => events.push(`on${type}`);
    for (const type of ['contextoverflow', 'quotaoverflow']) {
      session.addEventListener(type, () => events.push(type));
    }
    await session.prompt(long);
    await session.prompt(long);
    expect(events).toEqual([]);
    await session.prompt(long);
    expect(events).toEqual(['oncontextoverflow', 'contextoverflow', 'quotaoverflow']);
    expect(turnsOf(chats[2])).toEqual([
      'system: be brief',
      'user: stays',
      `user: ${long}`,
      'assistant: 2',
      `user: ${long}`,
    ]);
    expect(session.contextUsage).toBeLessThan(CONTEXT);
  });

  it('keeps a system message that a prompt brought', async () => {
    const long = 'x'.repeat(600);
    const { session, chats } = await sessionWith(['1', '2']);
    await session.prompt([SYSTEM, user(long)]);
    await session.prompt(long);
    expect(turnsOf(chats[1])).toEqual(['system: be brief', `user: ${long}`]);
  });

  it.each<{ what: string; run: (session: LanguageModelSession, text: string) => Promise<unknown> }>([
    { what: 'prompt', run: (session, text) => session.prompt(text) },
    { what: 'append', run: (session, text) => session.append(text) },
    { what: 'stream', run: (session, text) => session.promptStreaming(text).getReader().read() },
  ])('refuses a $what that never fits, and drops nothing', async ({ run }) => {
    const { session } = await sessionWith(['x']);
    await session.prompt('a');
    const before = session.contextUsage;
    await expect(run(session, 'x'.repeat(CONTEXT))).rejects.toMatchObject({
      name: 'QuotaExceededError',
      requested: 1 + 'user:a;assistant:x;user:;A:'.length + CONTEXT,
      quota: CONTEXT,
    });
    expect(session.contextUsage).toBe(before);
  });
});

describe('the end of a session and of its prompts', () => {
  it('removes an aborted prompt from the conversation', async () => {
    const { session, chats } = await sessionWith(['a long answer', 'x']);
    const reader = session.promptStreaming('a').getReader();
    await reader.read();
    await reader.cancel();
    await session.prompt('b');
    expect(turnsOf(chats.at(-1))).toEqual(['user: b']);
  });

  it('rejects with the reason of the signal', async () => {
    const { session } = await sessionWith([]);
    const reason = new Error('no longer needed');
    await expect(session.prompt('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(session.append('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(session.clone({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await nameOf(session.measureContextUsage('a', { signal: AbortSignal.abort() }))).toBe(
      'AbortError',
    );
  });

  it('takes an aborted prompt out of the queue', async () => {
    const { session, chats } = await sessionWith(['x', 'y']);
    const stop = new AbortController();
    const [first, second, third] = [
      session.prompt('a'),
      nameOf(session.prompt('b', { signal: stop.signal })),
      session.prompt('c'),
    ];
    stop.abort();
    expect(await Promise.all([first, second, third])).toEqual(['x', 'AbortError', 'y']);
    expect(turnsOf(chats[1])).toEqual(['user: a', 'assistant: x', 'user: c']);
  });

  it('aborts prompts when it is destroyed, and refuses later ones', async () => {
    const { session } = await sessionWith(['x']);
    const running = nameOf(session.prompt('a'));
    session.destroy();
    expect(await running).toBe('AbortError');
    for (const late of [session.prompt('b'), session.append('b'), session.clone()]) {
      expect(await nameOf(late)).toBe('InvalidStateError');
    }
  });
});

describe('tools of a session', () => {
  const call = (sides: number) =>
    `<tool_call>\n{"name": "dice", "arguments": {"sides": ${sides}}}\n</tool_call>`;
  const inputSchema = { type: 'object', properties: { sides: { type: 'integer' } }, required: ['sides'] };

  it('are called by the model, which reads their results', async () => {
    const { session, chats } = await sessionWith([call(6), 'It is 4.', 'x'], {
      tools: [
        {
          name: 'dice',
          description: 'Throws a dice.',
          inputSchema,
          execute: async ({ sides }: { sides: number }) => String(sides - 2),
        },
      ],
    });
    expect(await session.prompt('throw')).toBe('It is 4.');
    expect(chats[0].tools).toMatchObject([{ function: { name: 'dice', parameters: inputSchema } }]);
    expect(turnsOf(chats[1])).toEqual(['user: throw', 'assistant: ', 'tool: 4']);
    await session.prompt('on');
    expect(turnsOf(chats[2])).toHaveLength(5);
  });

  it('end the prompt with their own error', async () => {
    const failure = new Error('the dice is lost');
    const execute = () => Promise.reject(failure);
    const { session } = await sessionWith([call(6)], {
      tools: [{ name: 'dice', description: '', inputSchema, execute }],
    });
    await expect(session.prompt('throw')).rejects.toBe(failure);
  });
});
