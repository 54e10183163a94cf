import { hasWords } from '../../frame/hasWords.ts';
import { type Conversation, titleOf } from './conversation.ts';

/** Conversations with messages whose title or text has all searched words, the last used first. */
export function found(conversations: Iterable<Conversation>, search: string): readonly Conversation[] {
  const wanted = search.trim();
  return [...conversations]
    .filter(({ messages }) => messages.length > 0)
    .filter(conversation => wanted === '' || hasWords(textOf(conversation), wanted))
    .sort((a, b) => b.updatedAt - a.updatedAt);
}

function textOf(conversation: Conversation): string {
  return [titleOf(conversation), ...conversation.messages.map(({ content }) => content)].join('\n');
}
