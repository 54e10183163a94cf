import type { Conversation, Message } from './conversation.ts';

/** Message of the branch that is shown, with the alternatives to it. */
export interface Turn {
  readonly message: Message;
  /** Ids of all replies to the same message, oldest first; one of them is this message. */
  readonly siblings: readonly string[];
}

/** Lists the branch that is shown, from its first message to the leaf. */
export function branchOf({ messages, leaf }: Pick<Conversation, 'messages' | 'leaf'>): readonly Turn[] {
  const byId = new Map(messages.map(message => [message.id, message]));
  const replies = repliesTo(messages);
  const turns: Turn[] = [];
  for (let at = leaf; at !== null; ) {
    const message = byId.get(at);
    if (!message) break;
    turns.push({ message, siblings: replies.get(message.parent) ?? [] });
    at = message.parent;
  }
  return turns.reverse();
}

/** Last message of the newest branch through the message `id`. */
export function newestLeaf(messages: readonly Message[], id: string): string {
  const replies = repliesTo(messages);
  let leaf = id;
  for (let next = replies.get(leaf); next; next = replies.get(leaf)) leaf = next.at(-1) ?? leaf;
  return leaf;
}

/** Ids of a message and of all that follows it, in all branches. */
export function withDescendants(messages: readonly Message[], id: string): ReadonlySet<string> {
  const ids = new Set([id]);
  // A message follows the one that it replies to.
  for (const { id: own, parent } of messages) if (parent !== null && ids.has(parent)) ids.add(own);
  return ids;
}

function repliesTo(messages: readonly Message[]): ReadonlyMap<string | null, readonly string[]> {
  const replies = new Map<string | null, string[]>();
  for (const { id, parent } of messages) {
    const before = replies.get(parent);
    if (before) before.push(id);
    else replies.set(parent, [id]);
  }
  return replies;
}
