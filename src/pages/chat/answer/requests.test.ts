import { describe, expect, it } from 'vitest';
import type { Message } from '../conversation/conversation.ts';
import { newConversation } from '../conversation/conversation.ts';
import { emptyAnswer } from './answer.ts';
import { chatRequest, completionRequest, repeatedRequest, seedOf, settingsFields } from './requests.ts';

describe('fields of a request', () => {
  it.each([
    { settings: {}, fields: {}, of: 'no changes' },
    { settings: { temperature: 0, stop: ['\n'] }, fields: { temperature: 0, stop: ['\n'] }, of: 'changes' },
    {
      settings: { draft_max: 9, speculation: false },
      fields: { draft_max: 0, draft_min: 0 },
      of: 'no speculation, whatever the lengths',
    },
    {
      settings: { json_schema: '{"type":"null"}' },
      fields: { json_schema: { type: 'null' } },
      of: 'a schema',
    },
    { settings: { json_schema: '{"type":' }, fields: {}, of: 'a schema that is not JSON yet' },
    { settings: { tools: '{}' }, fields: {}, of: 'tools that are no list' },
  ])('are $fields for $of', ({ settings, fields }) => {
    expect(settingsFields(settings)).toEqual(fields);
  });
});

it('a chat has its system prompt, its messages and their attachments', () => {
  const messages: readonly Message[] = [
    {
      id: 'q',
      parent: null,
      createdAt: 0,
      role: 'user',
      content: 'Read it.',
      attachments: [{ name: 'a.txt', text: 'owl' }],
    },
    {
      id: 'a',
      parent: 'q',
      createdAt: 0,
      role: 'assistant',
      content: '',
      reasoning: 'hm',
      toolCalls: [{ id: '1', name: 'f', arguments: '{}' }],
      model: '',
      request: null,
      finish: 'tool_calls',
      error: null,
      timings: null,
      trace: null,
    },
    { id: 't', parent: 'a', createdAt: 0, role: 'tool', callId: '1', content: '2' },
  ];
  expect(chatRequest({ system: 'Be short.', settings: {}, seed: 7 }, messages)).toMatchObject({
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'a.txt:\n```\nowl\n```\n\nRead it.' },
      {
        role: 'assistant',
        content: '',
        reasoning_content: 'hm',
        tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: '1', content: '2' },
    ],
    stream: true,
    seed: 7,
  });
});

it('a request is repeated as it was, behind the part of the answer that it went on with', () => {
  const asked = { system: 'Be short.', settings: { top_k: 1 }, seed: 7, models: { target: '', draft: null } };
  const answer = {
    ...emptyAnswer('a', 'q', 'tiny', 0),
    content: 'Hi there',
    request: { ...asked, after: null },
  };
  const conversation = {
    ...newConversation('c', 0, { system: 'Changed.', settings: { top_k: 9 } }),
    messages: [
      { id: 'q', parent: null, createdAt: 0, role: 'user', content: 'Hello', attachments: [] } as const,
      answer,
    ],
  };
  const before = [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Hello' },
  ];
  expect(repeatedRequest(conversation, answer)).toMatchObject({ messages: before, top_k: 1, seed: 7 });
  const after = { content: 2, reasoning: 0, isTimed: true };
  expect(repeatedRequest(conversation, { ...answer, request: { ...asked, after } })).toMatchObject({
    messages: [...before, { role: 'assistant', content: 'Hi' }],
  });
  expect(repeatedRequest(conversation, { ...answer, request: null })).toBeNull();
});

it('a request has the seed of the settings, or one that the page draws', () => {
  expect(seedOf({ seed: 5 })).toBe(5);
  expect(seedOf({})).toBeGreaterThanOrEqual(0);
  expect(seedOf({ seed: -1 })).toBeLessThan(2 ** 32 - 1);
});

it('a completion calls no tools', () => {
  const request = completionRequest('Once', { settings: { tools: '[]', top_k: 1 }, seed: 7 }, 5);
  expect(request).toMatchObject({ prompt: 'Once', top_k: 1, n_probs: 5, seed: 7 });
  expect(request).not.toHaveProperty('tools');
});
