import { expect, it } from 'vitest';
import { withMessage } from '../conversation/changes.ts';
import { newConversation } from '../conversation/conversation.ts';
import { difference } from './library.ts';

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
