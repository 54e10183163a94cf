import { expect, it } from 'vitest';
import { isSlotFileName } from './slotFileName.ts';

it.each(['slot1.bin', '.hidden', 'a b', 'größe', '🙂', 'x'.repeat(255), 'é'.repeat(127)])(
  'allows %j',
  name => {
    expect(isSlotFileName(name)).toBe(true);
  },
);

it.each([
  '',
  '.',
  '..',
  'a..b',
  '../a',
  'a/b',
  'a\\b',
  'c:',
  'a*',
  'a?',
  '"a"',
  '<a',
  'a>',
  'a|b',
  ' a',
  'a ',
  'a.',
  'a\nb',
  'a\0',
  '\u007f',
  '\u0085',
  '\ufeffa',
  '\ufffd',
  '\ud800',
  'a\u2215b',
  'a\u2216b',
  '\uff0e\uff0ea',
  'x'.repeat(256),
  'é'.repeat(128),
])('refuses %j', name => {
  expect(isSlotFileName(name)).toBe(false);
});
