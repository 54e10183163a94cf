import { createStore, promisifyRequest, values } from 'idb-keyval';
import type { Conversation } from '../conversation/conversation.ts';

/** Place where conversations stay. */
export interface Storage {
  /** Everything that is there, as it was written or damaged. */
  read(): Promise<readonly unknown[]>;
  /** Writes and removes, either all of it or nothing. */
  write(changed: readonly Conversation[], gone: readonly string[]): Promise<void>;
}

/** Opens the storage in IndexedDB. */
export function browserStorage(): Storage {
  const store = createStore('foretoken-conversations', 'conversations');
  return {
    read: () => values<unknown>(store),
    write: (changed, gone) =>
      store('readwrite', conversations => {
        for (const conversation of changed) conversations.put(conversation, conversation.id);
        for (const id of gone) conversations.delete(id);
        const { transaction } = conversations;
        // A page that goes away takes along the transactions that it did not commit.
        transaction.commit();
        return promisifyRequest<void>(transaction);
      }),
  };
}
