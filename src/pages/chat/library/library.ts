import { createStore, delMany, setMany, type UseStore, values } from 'idb-keyval';
import { conversationFrom } from '../conversation/archive.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { withSmallTraces } from '../conversation/traces.ts';

type Conversations = Readonly<Record<string, Conversation>>;

/** Pause between two writes, in milliseconds. */
const PAUSE_MS = 1000;

/** Keeps conversations in the browser (IndexedDB). Only what changed is written. */
export class Library {
  readonly #onError: (error: unknown) => void;
  #store: UseStore | null = null;
  #kept: Conversations = {};
  #wanted: Conversations = {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `onError` when something cannot be read or written, as in some private windows and on full disks. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Reads all conversations. Those that are not valid stay where they are. */
  async read(): Promise<readonly Conversation[]> {
    try {
      this.#store = createStore('foretoken-conversations', 'conversations');
      const stored = (await values<unknown>(this.#store)).flatMap(valid);
      this.#kept = { ...this.#kept, ...byId(stored) };
      return stored;
    } catch (error) {
      this.#store = null;
      this.#onError(error);
      return [];
    }
  }

  /** Will keep these conversations, except empty ones, and remove those that are gone. */
  keep(conversations: Conversations): void {
    this.#wanted = conversations;
    this.#timer ??= setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /** Writes at once what is still to be written. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#store) return;
    const { changed, gone } = difference(this.#kept, this.#wanted);
    this.#kept = byId(Object.values(this.#wanted).filter(({ messages }) => messages.length > 0));
    try {
      if (changed.length > 0) {
        await setMany(
          changed.map(conversation => [conversation.id, withSmallTraces(conversation)]),
          this.#store,
        );
      }
      if (gone.length > 0) await delMany([...gone], this.#store);
    } catch (error) {
      this.#onError(error);
    }
  }
}

/** Conversations to write, and ids to remove, to get from `before` to `after`. */
export function difference(
  before: Conversations,
  after: Conversations,
): { readonly changed: readonly Conversation[]; readonly gone: readonly string[] } {
  return {
    changed: Object.values(after).filter(
      conversation => conversation.messages.length > 0 && before[conversation.id] !== conversation,
    ),
    gone: Object.keys(before).filter(id => !after[id] || after[id].messages.length === 0),
  };
}

function byId(conversations: readonly Conversation[]): Conversations {
  return Object.fromEntries(conversations.map(conversation => [conversation.id, conversation]));
}

function valid(stored: unknown): readonly Conversation[] {
  try {
    return [conversationFrom(stored)];
  } catch {
    return [];
  }
}
