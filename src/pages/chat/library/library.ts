import { conversationFrom } from '../conversation/archive.ts';
import { type ChatState, withAnswer } from '../conversation/chatState.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { withSmallTraces } from '../conversation/traces.ts';
import type { Storage } from './storage.ts';

type Conversations = Readonly<Record<string, Conversation>>;
type Wanted = Pick<ChatState, 'conversations' | 'answer'>;

/** Pause between two writes of an answer that grows, in milliseconds. */
const PAUSE_MS = 1000;

/** Keeps conversations in a storage. Only what changed is written: at once, except an answer that grows. */
export class Library {
  readonly #open: () => Storage;
  readonly #onError: (error: unknown) => void;
  #storage: Storage | null = null;
  #kept: Conversations = {};
  #wanted: Wanted = { conversations: {}, answer: null };
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `onError` when something cannot be read or written, as in some private windows and on full disks. */
  constructor(open: () => Storage, onError: (error: unknown) => void) {
    this.#open = open;
    this.#onError = onError;
  }

  /** Reads all conversations, which are to be wanted from then on. Those that are not valid stay where they are. */
  async read(): Promise<readonly Conversation[]> {
    try {
      const storage = this.#open();
      const stored = (await storage.read()).flatMap(valid);
      this.#storage = storage;
      this.#kept = byId(stored);
      return stored;
    } catch (error) {
      this.#onError(error);
      return [];
    }
  }

  /** Will keep these conversations, except empty ones, and remove those that are gone. */
  keep({ conversations, answer }: Wanted): void {
    const before = this.#wanted;
    this.#wanted = { conversations, answer };
    const isGrowing = answer !== null && conversations === before.conversations;
    if (isGrowing) this.#timer ??= setTimeout(() => void this.flush(), PAUSE_MS);
    else if (conversations !== before.conversations || before.answer !== null) void this.flush();
  }

  /** Writes at once what is still to be written. What cannot be written is tried again with the next change. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#storage) return;
    const before = this.#kept;
    const wanted = withAnswer(this.#wanted);
    const { changed, gone } = difference(before, wanted);
    if (changed.length === 0 && gone.length === 0) return;
    this.#kept = byId(Object.values(wanted).filter(({ messages }) => messages.length > 0));
    try {
      await this.#storage.write(changed.map(withSmallTraces), gone);
    } catch (error) {
      const failed = new Set([...changed.map(({ id }) => id), ...gone]);
      this.#kept = byId([
        ...Object.values(this.#kept).filter(({ id }) => !failed.has(id)),
        ...Object.values(before).filter(({ id }) => failed.has(id)),
      ]);
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
