import { type JsonObject, presentFields } from '../../http/json.ts';
import { invalid, readBlock, type SaidBlock } from './blocks.ts';

const ROLES: readonly unknown[] = ['user', 'assistant', 'system'];

/**
 * Converts Anthropic's `messages` to chat messages and keeps the order of their blocks. Calls and thoughts of the assistant
 * become fields of its message. Each tool result becomes a message of its own. Throws `invalid_request` with the path of a
 * faulty field.
 */
export function anthropicMessages(messages: unknown): JsonObject[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalid('messages', 'must be a list of at least one message');
  }
  return messages.flatMap((message, i) => chatMessages(message, `messages.${i}`));
}

function chatMessages(message: unknown, place: string): JsonObject[] {
  const { role, content } = presentFields(message);
  if (typeof role !== 'string' || !ROLES.includes(role)) {
    throw invalid(`${place}.role`, `must be one of ${ROLES.join(', ')}`);
  }
  if (typeof content === 'string') return [{ role, content }];
  if (!Array.isArray(content)) throw invalid(`${place}.content`, 'must be a string or a list of blocks');
  const turns: JsonObject[] = [];
  let open: SaidBlock[] = [];
  const close = () => {
    if (open.length > 0) turns.push(said(role, open));
    open = [];
  };
  for (const [i, value] of content.entries()) {
    const block = readBlock(value, role, `${place}.content.${i}`);
    if (block.kind === 'result') {
      close();
      turns.push(block.message);
    } else open.push(block);
  }
  close();
  return turns.length > 0 ? turns : [said(role, [])];
}

/** Creates one chat message from consecutive blocks of a role. */
function said(role: string, blocks: readonly SaidBlock[]): JsonObject {
  const parts = blocks.flatMap(block => (block.kind === 'part' ? [block.part] : []));
  const calls = blocks.flatMap(block => (block.kind === 'call' ? [block.call] : []));
  const reasoning = blocks.map(block => (block.kind === 'thought' ? block.text : '')).join('');
  return {
    role,
    content: parts.length > 0 ? parts : '',
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(reasoning !== '' && { reasoning_content: reasoning }),
  };
}
