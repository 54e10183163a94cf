import { describe, expect, it } from 'vitest';
import { branchOf, newestLeaf } from './branch.ts';
import { showing, stepping, withMessage, without } from './changes.ts';
import { type Conversation, type Message, newConversation, titleOf } from './conversation.ts';
import { found } from './search.ts';
import { transcript, withAttachments } from './transcript.ts';

const user = (id: string, parent: string | null, content = id): Message => ({
  id,
  parent,
  createdAt: 1,
  role: 'user',
  content,
  attachments: [],
});

const answer = (id: string, parent: string | null, content = id): Message => ({
  id,
  parent,
  createdAt: 2,
  role: 'assistant',
  content,
  reasoning: '',
  toolCalls: [],
  model: 'tiny',
  finish: 'stop',
  request: null,
  error: null,
  timings: null,
  trace: null,
});

const of = (...messages: Message[]): Conversation => messages.reduce(withMessage, newConversation('c', 0));

/** A question with two answers; the first one goes on, the second is shown. */
const BRANCHED = of(user('q', null), answer('a1', 'q'), user('q2', 'a1'), answer('a2', 'q'));
const shown = (conversation: Conversation) => branchOf(conversation).map(({ message }) => message.id);

describe('a tree of messages', () => {
  it('shows the branch of the message that was added last', () => {
    expect(shown(BRANCHED)).toEqual(['q', 'a2']);
    expect(branchOf(BRANCHED)[1].siblings).toEqual(['a1', 'a2']);
  });

  it('shows the newest end of a branch that is chosen', () => {
    expect(shown(stepping(BRANCHED, 'a2', -1))).toEqual(['q', 'a1', 'q2']);
    expect(stepping(BRANCHED, 'a2', 1)).toBe(BRANCHED);
    expect(newestLeaf(BRANCHED.messages, 'q')).toBe('a2');
  });

  it('replaces a message with the same id in its place', () => {
    const next = withMessage(BRANCHED, answer('a1', 'q', 'more'));
    expect(next.messages.map(({ content }) => content)).toEqual(['q', 'more', 'q2', 'a2']);
    expect(next.leaf).toBe('a2');
  });

  it.each([
    { removed: 'a2', left: ['q', 'a1', 'q2'], branch: ['q', 'a1', 'q2'], of: 'the shown answer' },
    { removed: 'a1', left: ['q', 'a2'], branch: ['q', 'a2'], of: 'an answer that is not shown' },
    { removed: 'q', left: [], branch: [], of: 'the first message' },
  ])('removes $of with all that follows it', ({ removed, left, branch }) => {
    const next = without(BRANCHED, removed);
    expect(next.messages.map(({ id }) => id)).toEqual(left);
    expect(shown(next)).toEqual(branch);
  });

  it('shows what comes before a removed message that has no branch beside it', () => {
    expect(shown(without(showing(BRANCHED, 'a1'), 'q2'))).toEqual(['q', 'a1']);
  });
});

describe('titles', () => {
  it.each([
    { conversation: newConversation('c', 0), title: 'New conversation' },
    { conversation: of(user('q', null, '\n  First line\nsecond')), title: 'First line' },
    { conversation: of(user('q', null, 'x'.repeat(80))), title: `${'x'.repeat(60)}…` },
    { conversation: of(user('q', null, '')), title: 'Untitled' },
    { conversation: { ...of(user('q', null)), title: 'Owls' }, title: 'Owls' },
  ])('$title', ({ conversation, title }) => {
    expect(titleOf(conversation)).toBe(title);
  });
});

describe('search', () => {
  const owls = { ...of(user('q', null, 'A wise owl')), id: 'owls', updatedAt: 1 };
  const dogs = {
    ...of(user('q', null, 'A dog'), answer('a', 'q', 'It met an OWL.')),
    id: 'dogs',
    updatedAt: 2,
  };
  const all = [owls, dogs, newConversation('empty', 3)];

  it.each([
    { search: '', ids: ['dogs', 'owls'] },
    { search: 'owl', ids: ['dogs', 'owls'] },
    { search: 'owl dog', ids: ['dogs'] },
    { search: 'cat', ids: [] },
  ])('"$search" finds $ids, the last used first', ({ search, ids }) => {
    expect(found(all, search).map(({ id }) => id)).toEqual(ids);
  });
});

describe('a transcript', () => {
  it('has the branch that is shown, with the system prompt, thoughts and calls', () => {
    const thoughtful: Message = {
      ...answer('a', 'q', 'Yes.'),
      reasoning: 'Is it?\nIt is.',
      toolCalls: [{ id: '1', name: 'look', arguments: '{"at":"owl"}' }],
    } as Message;
    const conversation = { ...of(user('q', null, 'Is the owl wise?'), thoughtful), system: 'Be short.' };
    expect(transcript(conversation)).toBe(
      `# Is the owl wise?

## System

Be short.

## User

Is the owl wise?

## Assistant (tiny)

> Is it?
> It is.

Yes.

\`\`\`
look({"at":"owl"})
\`\`\`
`,
    );
  });

  it('puts attachments into fences that their text cannot end', () => {
    expect(withAttachments([{ name: 'a.md', text: 'x\n```\ny\n```\n' }], 'Read it.')).toBe(
      'a.md:\n````\nx\n```\ny\n```\n````\n\nRead it.',
    );
    expect(withAttachments([], 'alone')).toBe('alone');
  });
});
