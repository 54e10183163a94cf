import { branchOf, newestLeaf, withDescendants } from './branch.ts';
import type { Conversation, Message } from './conversation.ts';

/** Adds a message and shows its branch. A message with the same id is replaced. */
export function withMessage(conversation: Conversation, message: Message): Conversation {
  const { messages } = conversation;
  const at = messages.findIndex(({ id }) => id === message.id);
  return {
    ...conversation,
    messages: at < 0 ? [...messages, message] : messages.with(at, message),
    leaf: at < 0 ? message.id : conversation.leaf,
    updatedAt: Math.max(conversation.updatedAt, message.createdAt),
  };
}

/** Shows the newest branch through the message `id`. */
export function showing(conversation: Conversation, id: string): Conversation {
  return { ...conversation, leaf: newestLeaf(conversation.messages, id) };
}

/** Removes a message with all that follows it. A branch beside it is shown if there is one, else what comes before. */
export function without(conversation: Conversation, id: string): Conversation {
  const removed = conversation.messages.find(message => message.id === id);
  if (!removed) return conversation;
  const ids = withDescendants(conversation.messages, id);
  const messages = conversation.messages.filter(message => !ids.has(message.id));
  const next = { ...conversation, messages };
  if (conversation.leaf === null || !ids.has(conversation.leaf)) return next;
  const sibling = messages.findLast(({ parent }) => parent === removed.parent);
  return sibling ? showing(next, sibling.id) : { ...next, leaf: removed.parent };
}

/** Shows the branch up to the message `id`, which a reply will follow; null for the beginning. */
export function upTo(conversation: Conversation, id: string | null): Conversation {
  return { ...conversation, leaf: id };
}

/** Shows the sibling that lies `step` places after a message, if there is one. */
export function stepping(conversation: Conversation, id: string, step: number): Conversation {
  const turn = branchOf(conversation).find(({ message }) => message.id === id);
  const next = turn?.siblings[turn.siblings.indexOf(id) + step];
  return next === undefined ? conversation : showing(conversation, next);
}
