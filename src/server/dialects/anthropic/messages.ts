import { isJsonObject, type JsonObject } from '../../http/json.ts';

/**
 * Anthropic's `messages` as those of a chat: calls and thoughts of the assistant are fields of its message, and each
 * result of a tool is a message of its own, behind what the user says in the same turn. What cannot be read is left as
 * it is, for the chat to refuse.
 */
export function anthropicMessages(messages: unknown): unknown[] {
  if (!Array.isArray(messages)) return [];
  return messages.flatMap(message => {
    if (!isJsonObject(message)) return [message];
    const { role, content } = message;
    if (content === undefined && role === 'assistant') return [];
    if (!Array.isArray(content)) return [message];
    const blocks = content.filter(isJsonObject);
    return [...spoken(role, blocks), ...blocks.filter(({ type }) => type === 'tool_result').map(toolMessage)];
  });
}

/** What the role itself says; nothing, if its turn is results of tools alone. */
function spoken(role: unknown, blocks: readonly JsonObject[]): JsonObject[] {
  const parts = blocks.flatMap(contentPart);
  const calls = blocks.filter(({ type }) => type === 'tool_use').map(toolCall);
  const reasoning = blocks
    .map(({ type, thinking }) => (type === 'thinking' ? textOf(thinking) : ''))
    .join('');
  if (parts.length === 0 && calls.length === 0 && reasoning === '') return [];
  return [
    {
      role,
      content: parts.length > 0 ? parts : '',
      ...(calls.length > 0 && { tool_calls: calls }),
      ...(reasoning !== '' && { reasoning_content: reasoning }),
    },
  ];
}

/** A text or an image; nothing for any other block. */
function contentPart(block: JsonObject): JsonObject[] {
  if (block.type === 'text') return [{ type: 'text', text: block.text }];
  if (block.type !== 'image' || !isJsonObject(block.source)) return [];
  const { type, url, media_type, data } = block.source;
  switch (type) {
    case 'base64': {
      const kind = typeof media_type === 'string' ? media_type : 'image/jpeg';
      return [{ type: 'image_url', image_url: { url: `data:${kind};base64,${textOf(data)}` } }];
    }
    case 'url':
      return [{ type: 'image_url', image_url: { url } }];
    default:
      return [];
  }
}

function toolCall({ id, name, input = {} }: JsonObject): JsonObject {
  return {
    id: textOf(id),
    type: 'function',
    function: { name: textOf(name), arguments: JSON.stringify(input) },
  };
}

function toolMessage({ tool_use_id, content }: JsonObject): JsonObject {
  return { role: 'tool', tool_call_id: textOf(tool_use_id), content: toolContent(content) };
}

/** One text, which every template can read, unless there is an image in it. */
function toolContent(content: unknown): string | JsonObject[] {
  if (!Array.isArray(content)) return textOf(content);
  const parts = content.filter(isJsonObject).flatMap(contentPart);
  if (parts.some(({ type }) => type !== 'text')) return parts;
  return parts.map(({ text }) => textOf(text)).join('');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
