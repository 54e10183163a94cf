import { describe, expect, it } from 'vitest';
import type { Message } from '../conversation/conversation.ts';
import { chatRequest, completionRequest, requestFields } from './requests.ts';

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
    expect(requestFields(settings)).toEqual(fields);
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
      finish: 'tool_calls',
      error: null,
      timings: null,
      trace: null,
    },
    { id: 't', parent: 'a', createdAt: 0, role: 'tool', callId: '1', content: '2' },
  ];
  expect(chatRequest('Be short.', messages, {})).toMatchObject({
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
  });
});

it('a completion calls no tools', () => {
  const request = completionRequest('Once', { tools: '[]', top_k: 1 }, 5);
  expect(request).toMatchObject({ prompt: 'Once', top_k: 1, n_probs: 5 });
  expect(request).not.toHaveProperty('tools');
});
