import { describe, expect, it } from 'vitest';
import type { Message, MessageEvent } from '../../../protocol/anthropic.ts';
import { sayingServer, templateOpening } from '../../testing/sayingServer.ts';
import { parseNamedEvents } from '../../testing/testServer.ts';

const TEMPLATE = `{% for t in tools or [] %}{{ t.function.name }},{% endfor %}{# <tool_call> "arguments" #}${templateOpening('A:')}{# </think> #}`;
const CALL = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';
const messages = [{ role: 'user', content: 'hi' }];
const tools = [{ name: 'f', input_schema: { type: 'object' } }];

interface Row {
  readonly says: string;
  readonly body?: object;
  readonly blocks: readonly string[];
  readonly end: { readonly stop_reason: string; readonly stop_sequence: string | null };
}

const because = (stop_reason: string, stop_sequence: string | null = null) => ({
  stop_reason,
  stop_sequence,
});

describe('stop_reason of a message', () => {
  it.each<Row>([
    { says: 'hello.', blocks: ['text'], end: because('end_turn') },
    { says: '', blocks: [], end: because('end_turn') },
    { says: '<think>hm</think>yes', blocks: ['thinking', 'text'], end: because('end_turn') },
    { says: CALL, blocks: ['tool_use'], end: because('tool_use') },
    { says: `so${CALL}`, blocks: ['text', 'tool_use'], end: because('tool_use') },
    { says: 'hello.', body: { max_tokens: 3 }, blocks: ['text'], end: because('max_tokens') },
    { says: '<think>hm, so', body: { max_tokens: 4 }, blocks: ['thinking'], end: because('max_tokens') },
    { says: CALL, body: { max_tokens: 34 }, blocks: ['tool_use'], end: because('max_tokens') },
    {
      says: 'Tell me. More.',
      body: { stop_sequences: ['.'] },
      blocks: ['text'],
      end: because('stop_sequence', '.'),
    },
    {
      says: '. Tell me.',
      body: { stop_sequences: ['!', '.'] },
      blocks: [],
      end: because('stop_sequence', '.'),
    },
    {
      says: '<think>hm. so</think>',
      body: { stop_sequences: ['.'] },
      blocks: ['thinking'],
      end: because('stop_sequence', '.'),
    },
    {
      says: `so. ${CALL}`,
      body: { stop_sequences: ['.'] },
      blocks: ['text'],
      end: because('stop_sequence', '.'),
    },
    { says: 'Tell me', body: { stop_sequences: ['.'] }, blocks: ['text'], end: because('end_turn') },
  ])('$says $body: $end', async ({ says, body, blocks, end }) => {
    const { post } = sayingServer(says, { chatTemplate: TEMPLATE });
    const request = { messages, tools, ...body };
    const whole: Message = await (await post('/v1/messages', request)).json();
    expect(whole.content.map(({ type }) => type)).toEqual(blocks);
    expect(whole).toMatchObject(end);

    const streamed = await post('/v1/messages', { ...request, stream: true });
    const events = parseNamedEvents<MessageEvent>(await streamed.text());
    expect(events.at(-2)).toMatchObject({ type: 'message_delta', delta: end });
    const opened = events.flatMap(event =>
      event.type === 'content_block_start' ? [event.content_block.type] : [],
    );
    expect(opened).toEqual(blocks);
  });
});
