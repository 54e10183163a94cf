import { expect, it } from 'vitest';
import { shortcutOf } from './shortcuts.ts';

const press = (key: string, held: object = {}) => ({
  key,
  ctrlKey: true,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

it.each([
  { event: press('k'), does: 'Search conversations' },
  { event: press('K', { ctrlKey: false, metaKey: true }), does: 'Search conversations' },
  { event: press('O', { shiftKey: true }), does: 'New conversation' },
  { event: press('/', { shiftKey: true }), does: 'Show this list' },
  { event: press('k', { ctrlKey: false }), does: undefined },
  { event: press('k', { altKey: true }), does: undefined },
  { event: press('k', { shiftKey: true }), does: undefined },
  { event: press('o'), does: undefined },
])('$event means: $does', ({ event, does }) => {
  expect(shortcutOf(event)?.does).toBe(does);
});
