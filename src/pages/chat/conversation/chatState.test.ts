import { describe, expect, it } from 'vitest';
import { NO_PRESETS } from '../settings/presets.ts';
import { branchOf } from './branch.ts';
import {
  type ChatAction,
  type ChatState,
  current,
  initialChat,
  reduceChat,
  withAnswer,
} from './chatState.ts';
import { newConversation } from './conversation.ts';

const START = initialChat(newConversation('c', 0), '', NO_PRESETS);
const reached = (actions: readonly ChatAction[], from: ChatState = START) => actions.reduce(reduceChat, from);
const REQUEST = { system: '', settings: {}, seed: 1, models: { target: '', draft: null } };
const texts = (state: ChatState) => branchOf(current(state)).map(({ message }) => message.content);
const said = (text: string): ChatAction => ({
  type: 'received',
  event: { kind: 'content', text },
});

const ASKED: readonly ChatAction[] = [
  { type: 'compose', text: 'Hello' },
  { type: 'send', id: 'q', now: 1 },
  { type: 'answer', id: 'a', parent: 'q', now: 2 },
  { type: 'asked', model: 'tiny', request: REQUEST },
];
const ANSWERED: readonly ChatAction[] = [...ASKED, said('Hi'), { type: 'ended', end: null, now: 3 }];
const ERROR = { code: 'device_lost', message: 'gone', details: {} } as const;

describe('an answer', () => {
  it('waits for the model, reads, writes, and joins its conversation at the end', () => {
    const steps = [...ASKED, said('Hi')];
    const phases = [3, 4, 5].map(n => reached(steps.slice(0, n)).answer?.phase);
    expect(phases).toEqual(['waiting', 'reading', 'writing']);
    const state = reached(ANSWERED);
    expect(texts(state)).toEqual(['Hello', 'Hi']);
    expect(state.answer).toBeNull();
    expect(current(state)).toMatchObject({ updatedAt: 3, leaf: 'a' });
  });

  it('leaves its conversation as it is while it grows', () => {
    const before = reached(ASKED);
    expect(current(reached([said('Hi')], before))).toBe(current(before));
  });

  it('is kept with its conversation while it grows', () => {
    expect(withAnswer(reached(ASKED)).c.messages).toHaveLength(1);
    expect(withAnswer(reached([...ASKED, said('H')])).c.messages[1]).toMatchObject({
      content: 'H',
      finish: 'cut',
    });
  });

  it.each<{ end: 'stopped' | typeof ERROR; events: readonly ChatAction[]; left: object[] }>([
    { end: 'stopped', events: [], left: [] },
    { end: 'stopped', events: [said('Hi')], left: [{ content: 'Hi', finish: 'stopped' }] },
    { end: ERROR, events: [], left: [{ content: '', finish: 'failed', error: ERROR }] },
    { end: ERROR, events: [said('Hi')], left: [{ content: 'Hi', finish: 'failed', error: ERROR }] },
  ])('that ends with $end after $events leaves $left', ({ end, events, left }) => {
    const state = reached([...ASKED, ...events, { type: 'ended', end, now: 3 }]);
    expect(current(state).messages.slice(1)).toMatchObject(left);
  });

  it('again is a branch beside the first one', () => {
    const state = reached(
      [{ type: 'answer', id: 'a2', parent: 'q', now: 4 }, said('Hey'), { type: 'ended', end: null, now: 5 }],
      reached(ANSWERED),
    );
    expect(texts(state)).toEqual(['Hello', 'Hey']);
    expect(texts(reached([{ type: 'branch', id: 'a2', step: -1 }], state))).toEqual(['Hello', 'Hi']);
  });

  it('that goes on keeps its beginning and its place', () => {
    const state = reached(
      [
        { type: 'continue', id: 'a' },
        { type: 'asked', model: 'tiny', request: REQUEST },
        said(' there'),
        { type: 'ended', end: null, now: 5 },
      ],
      reached(ANSWERED),
    );
    expect(texts(state)).toEqual(['Hello', 'Hi there']);
    expect(current(state).messages).toHaveLength(2);
  });

  it('goes to its own conversation when another one is shown', () => {
    const state = reached([
      ...ASKED,
      { type: 'new', id: 'other', now: 9 },
      said('Hi'),
      { type: 'ended', end: null, now: 10 },
    ]);
    expect(state.currentId).toBe('other');
    expect(state.conversations.c.messages).toHaveLength(2);
  });

  it('of a deleted conversation is dropped', () => {
    const state = reached([...ASKED, { type: 'delete', id: 'c', newId: 'd', now: 9 }, said('Hi')]);
    expect(state.answer).toBeNull();
    expect(Object.keys(state.conversations)).toEqual(['d']);
  });
});

describe('an edited message', () => {
  it('of the user is a branch that waits for its answer', () => {
    const state = reached(
      [
        { type: 'edit', id: 'q' },
        { type: 'edited', id: 'q', newId: 'q2', text: 'Bye', now: 4 },
      ],
      reached(ANSWERED),
    );
    expect(state.editing).toBeNull();
    expect(texts(state)).toEqual(['Bye']);
  });

  it('of the model has no figures', () => {
    const state = reached([{ type: 'edited', id: 'a', newId: 'a2', text: 'Ho', now: 4 }], reached(ANSWERED));
    expect(current(state).messages.at(-1)).toMatchObject({
      content: 'Ho',
      request: null,
      trace: null,
      timings: null,
    });
  });

  it('with the same text is none', () => {
    const before = reached(ANSWERED);
    expect(current(reached([{ type: 'edited', id: 'q', newId: 'q2', text: 'Hello', now: 4 }], before))).toBe(
      current(before),
    );
  });
});

describe('conversations', () => {
  it('that are left empty go', () => {
    const state = reached([
      { type: 'new', id: 'd', now: 1 },
      { type: 'new', id: 'e', now: 2 },
    ]);
    expect(Object.keys(state.conversations)).toEqual(['e']);
  });

  it('of the library do not replace those of the page', () => {
    const state = reached([{ type: 'library', conversations: [newConversation('x', 0)] }], reached(ANSWERED));
    expect(Object.keys(state.conversations).sort()).toEqual(['c', 'x']);
    expect(state.currentId).toBe('c');
  });

  it('are renamed, and an empty title gives back the one of the first message', () => {
    const named = reached([{ type: 'rename', id: 'c', title: ' Owls ' }], reached(ANSWERED));
    expect(current(named).title).toBe('Owls');
    expect(current(reached([{ type: 'rename', id: 'c', title: '' }], named)).title).toBeNull();
  });

  it('have settings of their own, and new ones those of the preset that they begin with', () => {
    const changed = reached([{ type: 'settings', settings: { temperature: 0 } }], reached(ANSWERED));
    expect(current(changed).settings).toEqual({ temperature: 0 });
    const fresh: ChatAction = { type: 'new', id: 'd', now: 4 };
    expect(current(reached([fresh], changed)).settings).toEqual({});
    const saved = reached(
      [
        { type: 'system', text: 'Be short.' },
        { type: 'savePreset', name: 'Mine' },
        { type: 'startWith', name: 'Mine' },
        fresh,
      ],
      changed,
    );
    expect(current(saved)).toMatchObject({ system: 'Be short.', settings: { temperature: 0 } });
    const linked = reached([{ ...fresh, id: 'e', system: 'Sing.' }], saved);
    expect(current(linked)).toMatchObject({ system: 'Sing.', settings: { temperature: 0 } });
    const standard = current(reached([{ type: 'preset', name: 'Standard' }], saved));
    expect(standard).toMatchObject({ system: 'Be short.', settings: {} });
  });

  it('take attachments with the next message', () => {
    const file = { name: 'a.txt', text: 'owl' };
    const state = reached([
      { type: 'attach', attachments: [file, file] },
      { type: 'detach', index: 0 },
      { type: 'send', id: 'q', now: 1 },
    ]);
    expect(current(state).messages).toMatchObject([{ attachments: [file] }]);
    expect(state.composer).toEqual({ text: '', attachments: [] });
  });
});
