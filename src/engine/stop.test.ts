import { describe, expect, it } from 'vitest';
import { StopMatcher } from './stop.ts';

function run(stops: readonly string[], pieces: readonly string[]) {
  const matcher = new StopMatcher(stops);
  const results = pieces.map(piece => matcher.push(piece));
  return {
    texts: results.map(({ text }) => text),
    stop: results.map(({ stop }) => stop).find(stop => stop !== null) ?? null,
    held: matcher.flush(),
  };
}

describe('StopMatcher', () => {
  it.each<[string, string[], string[], ReturnType<typeof run>]>([
    ['passes text through without stop strings', [], ['a', 'b'], { texts: ['a', 'b'], stop: null, held: '' }],
    ['cuts at a match within one piece', ['lo'], ['hello world'], { texts: ['hel'], stop: 'lo', held: '' }],
    [
      'holds back what may become a match',
      ['was very'],
      ['ke was', ' very big'],
      { texts: ['ke ', ''], stop: 'was very', held: '' },
    ],
    [
      'releases what did not become one',
      ['was very'],
      ['ke was', ' not'],
      { texts: ['ke ', 'was not'], stop: null, held: '' },
    ],
    [
      'keeps what is still held back for the end',
      ['was very'],
      ['ke was'],
      { texts: ['ke '], stop: null, held: 'was' },
    ],
    ['lets the earliest match win', ['c', 'b'], ['abc'], { texts: ['a'], stop: 'b', held: '' }],
    ['lets the first listed win at one place', ['bc', 'b'], ['abc'], { texts: ['a'], stop: 'bc', held: '' }],
    [
      'prefers a full match to an earlier partial one',
      ['bcde', 'c'],
      ['abc'],
      { texts: ['ab'], stop: 'c', held: '' },
    ],
    ['restarts within a partial match', ['aab'], ['aa', 'ab'], { texts: ['', 'a'], stop: 'aab', held: '' }],
    [
      'releases only what the longest partial match does not need',
      ['abac'],
      ['aba', 'b'],
      { texts: ['', 'ab'], stop: null, held: 'ab' },
    ],
    ['ignores empty stop strings', ['', 'x'], ['ax'], { texts: ['a'], stop: 'x', held: '' }],
    ['shows nothing after a match', ['x'], ['ax', 'b'], { texts: ['a', ''], stop: 'x', held: '' }],
  ])('%s', (_, stops, pieces, expected) => {
    expect(run(stops, pieces)).toEqual(expected);
  });

  it('handles more stop strings than a call can have arguments', () => {
    const stops = Array.from({ length: 200_000 }, (_, i) => `#${i}`);
    expect(run(stops, ['a#', '7', 'b'])).toEqual({ texts: ['a', '', ''], stop: '#7', held: '' });
  });

  it('does not depend on how the text is split into pieces', () => {
    const text = 'abcabdabcabcabd-END-more';
    const whole = run(['cabcabd-', 'END'], [text]);
    for (const size of [1, 2, 3, 5, 7]) {
      const pieces = text.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
      const cut = run(['cabcabd-', 'END'], pieces);
      expect([cut.texts.join(''), cut.stop]).toEqual([whole.texts.join(''), whole.stop]);
    }
  });
});
