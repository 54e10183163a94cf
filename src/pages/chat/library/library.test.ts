import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withMessage } from '../conversation/changes.ts';
import { type ChatAction, type ChatState, initialChat, reduceChat } from '../conversation/chatState.ts';
import { type Conversation, newConversation } from '../conversation/conversation.ts';
import { NO_PRESETS } from '../settings/presets.ts';
import { difference, Library } from './library.ts';
import { libraryNotice } from './notice.ts';
import type { Storage } from './storage.ts';

const kept = withMessage(newConversation('kept', 0), {
  id: 'q',
  parent: null,
  createdAt: 0,
  role: 'user',
  content: 'Hello',
  attachments: [],
});
const renamed = { ...kept, title: 'Owls' };
const empty = newConversation('empty', 0);

it.each([
  { before: {}, after: { kept, empty }, changed: [kept], gone: [], of: 'a first message' },
  { before: { kept }, after: { kept }, changed: [], gone: [], of: 'nothing' },
  { before: { kept }, after: { kept: renamed }, changed: [renamed], gone: [], of: 'a change' },
  { before: { kept }, after: {}, changed: [], gone: ['kept'], of: 'a deletion' },
  {
    before: { kept },
    after: { kept: { ...kept, messages: [] } },
    changed: [],
    gone: ['kept'],
    of: 'its emptying',
  },
])('after $of the library writes what changed and removes what is gone', ({ before, after, ...expected }) => {
  expect(difference(before, after)).toEqual({ changed: expected.changed, gone: expected.gone });
});

/** Storage in memory that can be full. */
class FakeStorage implements Storage {
  readonly stored: Map<string, Conversation>;
  nWrites = 0;
  isFull = false;

  constructor(stored: readonly Conversation[]) {
    this.stored = new Map(stored.map(conversation => [conversation.id, conversation]));
  }

  async read(): Promise<readonly unknown[]> {
    return [...this.stored.values()];
  }

  async write(changed: readonly Conversation[], gone: readonly string[]): Promise<void> {
    this.nWrites++;
    if (this.isFull) throw new DOMException('full', 'QuotaExceededError');
    for (const conversation of changed) this.stored.set(conversation.id, conversation);
    for (const id of gone) this.stored.delete(id);
  }
}

/** Page with a library that has read `stored`. */
async function opened(stored: readonly Conversation[]) {
  const storage = new FakeStorage(stored);
  const errors: unknown[] = [];
  const library = new Library(
    () => storage,
    error => errors.push(error),
  );
  let state: ChatState = initialChat(empty, '', NO_PRESETS);
  function act(action: ChatAction): void {
    state = reduceChat(state, action);
    library.keep(state);
  }
  act({ type: 'library', conversations: await library.read() });
  return { storage, errors, library, act };
}

function grown(text: string): ChatAction {
  return { type: 'received', event: { kind: 'content', text } };
}

describe('Library', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes an import, a title and a deletion without a pause', async () => {
    const { storage, act } = await opened([kept]);
    expect(storage.nWrites).toBe(0);
    act({ type: 'library', conversations: [{ ...kept, id: 'imported' }] });
    expect([...storage.stored.keys()]).toEqual(['kept', 'imported']);
    act({ type: 'rename', id: 'kept', title: 'Owls' });
    expect(storage.stored.get('kept')?.title).toBe('Owls');
    act({ type: 'delete', id: 'imported', newId: 'other', now: 0 });
    expect([...storage.stored.keys()]).toEqual(['kept']);
    act({ type: 'compose', text: 'Not sent' });
    expect(storage.nWrites).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('writes an answer now and then while it grows, other changes at once, and its end at once', async () => {
    const { storage, act } = await opened([kept]);
    const text = () => storage.stored.get('kept')?.messages.at(-1)?.content;
    act({ type: 'open', id: 'kept' });
    act({ type: 'answer', id: 'a', parent: 'q', now: 0 });
    act({
      type: 'asked',
      model: 'owl',
      request: { system: '', settings: {}, seed: 1, models: { target: '', draft: null } },
    });
    const before = storage.nWrites;
    for (const piece of ['One', ' two', ' three']) act(grown(piece));
    expect(storage.nWrites).toBe(before);
    await vi.advanceTimersByTimeAsync(1000);
    expect(text()).toBe('One two three');
    expect(storage.nWrites).toBe(before + 1);
    act(grown(' four'));
    act({ type: 'rename', id: 'kept', title: 'Numbers' });
    expect(storage.stored.get('kept')?.title).toBe('Numbers');
    expect(text()).toBe('One two three four');
    act(grown(' five'));
    act({ type: 'ended', end: null, now: 1 });
    expect(text()).toBe('One two three four five');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says that there is no room, and writes with the next change what it could not write', async () => {
    const { storage, errors, library, act } = await opened([kept, { ...kept, id: 'second' }]);
    storage.isFull = true;
    act({ type: 'rename', id: 'kept', title: 'Owls' });
    act({ type: 'delete', id: 'second', newId: 'other', now: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(errors.map(libraryNotice)).toEqual(Array(2).fill(expect.stringContaining('no room')));
    expect(storage.stored.get('kept')?.title).toBeNull();
    storage.isFull = false;
    await library.flush();
    expect(storage.stored.get('kept')?.title).toBe('Owls');
    expect([...storage.stored.keys()]).toEqual(['kept']);
  });

  it('says that the browser keeps nothing, and goes on without', async () => {
    const errors: unknown[] = [];
    const library = new Library(
      () => {
        throw new DOMException('denied', 'SecurityError');
      },
      error => errors.push(error),
    );
    expect(await library.read()).toEqual([]);
    library.keep({ conversations: { kept }, answer: null });
    await library.flush();
    expect(errors.map(libraryNotice)).toEqual([expect.stringContaining('as long as this tab')]);
  });
});
