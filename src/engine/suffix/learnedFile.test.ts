import { describe, expect, it } from 'vitest';
import { decodeLearned, encodeLearned, learnedFileBytes, type VocabularyKey } from './learnedFile.ts';
import { N_COUNTS } from './matchOdds.ts';
import type { Learned } from './suffixMemory.ts';
import { BREAK } from './tokenLog.ts';

const VOCABULARY: VocabularyKey = { nVocab: 100, digest: Uint8Array.from({ length: 32 }, (_, i) => i) };
const HEADER_BYTES = 56;
const TOKENS_AT = learnedFileBytes(0);

function learned(tokens: readonly number[] = [1, 2, BREAK, 99]): Learned {
  const counts = new Float64Array(N_COUNTS);
  counts[3] = 1.5;
  counts[N_COUNTS / 2 + 3] = 2.25;
  return { tokens: Int32Array.from(tokens), counts };
}

const FILE = encodeLearned(learned(), VOCABULARY);

function with32(at: number, word: number): Uint8Array {
  const file = FILE.slice();
  new DataView(file.buffer).setInt32(at, word, true);
  return file;
}

function withCount(index: number, count: number): Uint8Array {
  const file = FILE.slice();
  new DataView(file.buffer).setFloat64(HEADER_BYTES + 8 * index, count, true);
  return file;
}

describe('the file of what look-ups learned', () => {
  it.each<[string, readonly number[]]>([
    ['tokens of several texts', [1, 2, BREAK, 99]],
    ['no tokens', []],
  ])('it is read back, with %s, also from the middle of a buffer', (_, tokens) => {
    const file = encodeLearned(learned(tokens), VOCABULARY);
    const inside = Uint8Array.of(0, ...file).subarray(1);
    for (const each of [file, inside]) {
      expect(decodeLearned(each, VOCABULARY)).toEqual({ kind: 'learned', learned: learned(tokens) });
    }
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'is no cache of look-ups'],
    ['three bytes', FILE.slice(0, 3), 'is no cache of look-ups'],
    ['a file of another program', new TextEncoder().encode('GGUF and so on'), 'is no cache of look-ups'],
    ['the magic alone', FILE.slice(0, 4), 'ends after 4 bytes, in its header'],
    ['half a header', FILE.slice(0, 55), 'ends after 55 bytes, in its header'],
    ['a later version', with32(4, 2), 'has version 2; this server reads version 1'],
    ['another number of counts', with32(12, 7), `has 7 counts instead of ${N_COUNTS}`],
    ['more tokens than it says', with32(16, 3), 'with 3 tokens it would have'],
    ['fewer tokens than it says', FILE.slice(0, -4), 'with 4 tokens it would have'],
    ['a broken token', FILE.slice(0, -1), 'with 4 tokens it would have'],
    ['a number of tokens that no file has', with32(16, -1), 'with 4294967295 tokens it would have'],
    ['the header alone', FILE.slice(0, HEADER_BYTES), 'with 4 tokens it would have'],
    [
      'a token behind the vocabulary',
      with32(TOKENS_AT + 4, 100),
      'has token 100 at 1; the vocabulary has 100',
    ],
    ['a token that is negative', with32(TOKENS_AT + 4, -2), 'has token -2 at 1; the vocabulary has 100'],
    ['more hits than guesses', withCount(3, 2.5), 'has counts that cannot be'],
    ['a negative count', withCount(3, -1), 'has counts that cannot be'],
    ['a count that is no number', withCount(3, Number.NaN), 'has counts that cannot be'],
    ['guesses without end', withCount(N_COUNTS / 2, Number.POSITIVE_INFINITY), 'has counts that cannot be'],
    ['more guesses than decay leaves', withCount(N_COUNTS / 2, 1000), 'has counts that cannot be'],
  ])('it is refused with a reason: %s', (_, file, reason) => {
    const decoded = decodeLearned(file, VOCABULARY);
    expect(decoded).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });

  it.each<[string, VocabularyKey, string]>([
    ['of another size', { ...VOCABULARY, nVocab: 99 }, 'a vocabulary of 100 tokens; the model has 99'],
    ['with other texts', { ...VOCABULARY, digest: new Uint8Array(32) }, 'belongs to another vocabulary'],
  ])('it is refused for a vocabulary %s', (_, vocabulary, reason) => {
    const decoded = decodeLearned(FILE, vocabulary);
    expect(decoded).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });
});
