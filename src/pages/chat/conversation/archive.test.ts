import { describe, expect, it } from 'vitest';
import { RECORDED_TIMINGS, RECORDED_TRACE } from '../speculation/fixtures/recorded.ts';
import { conversationFrom, exported, imported } from './archive.ts';
import { branchOf } from './branch.ts';
import { withMessage } from './changes.ts';
import { newConversation } from './conversation.ts';

const BASE = { createdAt: 1, content: 'text' };
const CONVERSATION = [
  { ...BASE, id: 'q', parent: null, role: 'user', attachments: [{ name: 'a.txt', text: 'a' }] } as const,
  {
    ...BASE,
    id: 'a',
    parent: 'q',
    role: 'assistant',
    reasoning: 'hm',
    toolCalls: [{ id: '1', name: 'look', arguments: '{}' }],
    model: 'tiny',
    request: {
      system: '',
      settings: { top_k: 3 },
      seed: 5,
      models: { target: 'hf:a/b', draft: null },
      after: null,
    },
    finish: 'length',
    error: null,
    timings: RECORDED_TIMINGS,
    trace: null,
  } as const,
  { ...BASE, id: 't', parent: 'a', role: 'tool', callId: '1' } as const,
  { ...BASE, id: 'b', parent: null, role: 'user', attachments: [] } as const,
].reduce(withMessage, newConversation('c', 0, { system: 'Be kind.', settings: { temperature: 0 } }));

let count = 0;
const newId = () => `new${count++}`;

describe('a file of conversations', () => {
  it('keeps all branches, and gives every conversation a new id', () => {
    const [read] = imported(exported([CONVERSATION]), newId, 5);
    expect(read).toEqual({ ...CONVERSATION, id: read.id });
    expect(read.id).toMatch(/^new/);
  });

  it('has no traces, neither written nor read', () => {
    const [question, answer] = CONVERSATION.messages;
    const traced = { ...CONVERSATION, messages: [question, { ...answer, trace: RECORDED_TRACE }] } as const;
    expect(exported([traced])).not.toContain('"n_accepted"');
    const file = JSON.stringify({ format: 'foretoken-conversations', conversations: [traced] });
    expect(imported(file, newId, 5)[0].messages[1]).toMatchObject({ trace: null });
  });

  it('may be a list of messages in the form of OpenAI’s API', () => {
    const file = JSON.stringify({
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Hello' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: '1', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: '1', content: '2' },
      ],
    });
    const [read] = imported(file, newId, 5);
    expect(read).toMatchObject({ system: 'Be short.', createdAt: 5 });
    expect(branchOf(read).map(({ message }) => message)).toMatchObject([
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'f', arguments: '{}' }] },
      { role: 'tool', callId: '1', content: '2' },
    ]);
  });

  it.each([
    ['{', 'not JSON'],
    ['{"a": 1}', 'neither a file of conversations of this page nor a list of messages'],
    ['[{"role": "user"}]', 'message 1 has no text'],
    ['[{"role": "poet", "content": "x"}]', 'message 1 has the role "poet"'],
    ['[1]', 'message 1 is not an object'],
  ])('%s is refused: %s', (file, reason) => {
    expect(() => imported(file, newId, 0)).toThrow(reason);
  });
});

describe('a stored conversation', () => {
  const { messages } = CONVERSATION;
  it.each([
    [null, 'is not an object'],
    [{ messages: [] }, 'has no id'],
    [{ id: 'c' }, 'has no messages'],
    [{ id: 'c', messages: [messages[1]] }, 'message 1 replies to q, which is not before it'],
    [{ id: 'c', messages: [messages[0], messages[0]] }, 'has two messages q'],
    [{ id: 'c', messages: [{ ...messages[0], id: '' }] }, 'message 1 has no id'],
  ])('%j is refused: it %s', (value, reason) => {
    expect(() => conversationFrom(value)).toThrow(reason);
  });

  it.each<[string, object]>([
    ['a negative number', { ...RECORDED_TIMINGS, predicted_n: -1 }],
    ['a text', { ...RECORDED_TIMINGS, draft_n: '1' }],
    ['a gap', { predicted_n: 1 }],
  ])('has no timings with %s', (_, timings) => {
    const [read] = conversationFrom({
      id: 'c',
      messages: [{ ...messages[1], parent: null, timings }],
    }).messages;
    expect(read).toMatchObject({ timings: null });
  });

  it.each<[string, object]>([
    ['no models', { models: null }],
    ['a random seed', { seed: -1 }],
    ['a seed of 33 bits', { seed: 2 ** 32 }],
    ['a beginning that is none', { after: { content: 'x' } }],
  ])('has no request with %s', (_, changed) => {
    const answer = messages[1];
    const request = answer.role === 'assistant' ? { ...answer.request, ...changed } : null;
    const [read] = conversationFrom({ id: 'c', messages: [{ ...answer, parent: null, request }] }).messages;
    expect(read).toMatchObject({ request: null });
  });

  it('loses what is not valid and not needed', () => {
    const read = conversationFrom({
      id: 'c',
      leaf: 'gone',
      title: 7,
      settings: { temperature: 'hot', top_k: 3, other: 1 },
      messages: [{ id: 'a', role: 'assistant', content: 'x', toolCalls: [1, {}], finish: 'never' }],
    });
    expect(read).toMatchObject({ title: null, leaf: 'a', settings: { top_k: 3 }, system: '' });
    expect(read.messages[0]).toMatchObject({ parent: null, toolCalls: [], finish: 'stop', createdAt: 0 });
  });
});
