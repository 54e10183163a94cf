import { describe, expect, it } from 'vitest';
import { JsonTextReader } from './jsonText.ts';

describe('the text of a JSON string', () => {
  it.each(['', 'plain', 'a "quote" and \\ more', 'tab\tline\n', 'é😀\u0001', '\\u0041'])(
    'is read however its notation is cut: %j',
    text => {
      for (const notation of [JSON.stringify(text), escaped(text)]) {
        for (let cut = 0; cut <= notation.length; cut++) {
          const reader = new JsonTextReader();
          const parts = [notation.slice(0, cut), notation.slice(cut)].map(part => reader.push(part));
          expect(parts.join('')).toBe(text);
        }
      }
    },
  );

  it('never hands out half of a character', () => {
    const reader = new JsonTextReader();
    expect([reader.push('"a\\ud83d'), reader.push('\\ude00')]).toEqual(['a', '😀']);
  });
});

/** Notation with an escape for every unit. */
function escaped(text: string): string {
  const units = Array.from(text, char =>
    [...char].flatMap(c => c.split('')).map(unit => unit.charCodeAt(0)),
  ).flat();
  return `"${units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}
