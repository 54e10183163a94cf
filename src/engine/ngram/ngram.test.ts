import { describe, expect, it } from 'vitest';
import type { TokenId } from '../../forward/forward.ts';
import type { Lookup } from './ngramDrafts.ts';
import { NgramMapK } from './ngramMapK.ts';
import { NgramMapK4v } from './ngramMapK4v.ts';
import { NgramMod } from './ngramMod.ts';
import { NgramSimple } from './ngramSimple.ts';
import { NgramTable } from './ngramTable.ts';

/** Returns `n` tokens that occur nowhere else, starting at `first`. */
function run(first: number, n: number): TokenId[] {
  return Array.from({ length: n }, (_, i) => first + i);
}

const FULL = 1000;

describe('ngram-simple', () => {
  const draft = (tokens: readonly TokenId[], nMax = FULL) =>
    new NgramSimple({ sizeN: 3, sizeM: 5 }).draft(tokens, nMax);

  it.each<[string, TokenId[], number[]]>([
    ['what followed last time', [0, ...run(10, 9), 50, ...run(10, 3)], [13, 14, 15, 16, 17]],
    ['nothing when the n-gram is new', [0, ...run(10, 15)], []],
    ['nothing for a match at the very beginning', [...run(10, 9), 50, ...run(10, 3)], []],
    ['up to the pending token', [0, ...run(30, 9), 1, 2, 3, 4, 5, 6, 1, 2, 3], [4, 5, 6, 1, 2]],
    ['nothing when less than n followed', [0, ...run(30, 9), 1, 2, 3, 1, 2, 3], []],
    ['the last of several', [0, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 70, 71, 72, 73, 1, 2, 3], [70, 71, 72, 73, 1]],
    ['nothing for a short text', [0, 1, 2, 3, 4, 5, 6, 1, 2, 3], []],
  ])('proposes %s', (_, tokens, expected) => {
    expect(draft(tokens)).toEqual(expected);
  });

  it('proposes no more than there is room for', () => {
    expect(draft([0, ...run(10, 9), 50, ...run(10, 3)], 2)).toEqual([13, 14]);
  });
});

/** Looks up from scratch each time, as the definition says. */
function simpleByDefinition(tokens: readonly TokenId[], n: number, m: number): TokenId[] {
  const before = tokens.slice(0, -1);
  if (before.length <= n + m + 1) return [];
  const wanted = tokens.slice(-n).join();
  for (let at = before.length - n - 1; at > 0; at--) {
    if (tokens.slice(at, at + n).join() !== wanted) continue;
    const draft = before.slice(at + n, at + n + m);
    return draft.length < n ? [] : draft;
  }
  return [];
}

/** Tokens of a small vocabulary, so that n-grams recur; the same at every call. */
function babble(length: number): TokenId[] {
  let state = 7;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) % 3;
  });
}

it('ngram-simple finds in a growing text what a search of the whole text finds', () => {
  const tokens = babble(300);
  const lookup = new NgramSimple({ sizeN: 4, sizeM: 9 });
  let nFound = 0;
  for (let end = 10; end <= tokens.length; end += (end % 3) + 1) {
    const text = tokens.slice(0, end);
    const expected = simpleByDefinition(text, 4, 9);
    if (expected.length > 0) nFound++;
    expect(lookup.draft(text, FULL)).toEqual(expected);
  }
  expect(nFound).toBeGreaterThan(20);
});

/** Extends a text by `more`, as verification does. */
function extended(tokens: readonly TokenId[], ...more: readonly TokenId[]): TokenId[] {
  return [...tokens, ...more];
}

describe('ngram-map-k', () => {
  const sizes = { sizeN: 3, sizeM: 5 };

  it('proposes the continuation of the last occurrence in the prompt', () => {
    const text = [0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 70, 71, 72, 73, 74, 75, 1, 2, 3];
    expect(new NgramMapK(sizes).draft(text, FULL)).toEqual([70, 71, 72, 73, 74]);
  });

  it('keeps the first occurrence in generated text', () => {
    const lookup = new NgramMapK(sizes);
    let text = [0, ...run(100, 12)];
    expect(lookup.draft(text, FULL)).toEqual([]);
    for (const next of [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 70, 71, 72, 73, 74, 75, 76]) {
      text = extended(text, next);
      lookup.draft(text, 0);
    }
    expect(lookup.draft(extended(text, 1, 2, 3), FULL)[0]).toBe(4);
  });

  it('needs the text of a full draft after the n-gram', () => {
    const text = [0, ...run(100, 12), 1, 2, 3, 4, 5, 6, 1, 2, 3];
    expect(new NgramMapK(sizes).draft(text, FULL)).toEqual([]);
    const longer = [0, ...run(100, 12), 1, 2, 3, 4, 5, 6, 7, 1, 2, 3];
    expect(new NgramMapK(sizes).draft(longer, FULL)).toEqual([4, 5, 6, 7, 1]);
  });

  it.each([
    { accepted: [4, 5], again: [4, 5] },
    { accepted: [], again: [] },
    { accepted: [4, 5, 6, 7, 8], again: [4, 5, 6, 7, 8] },
  ])('proposes $again again where $accepted were accepted', ({ accepted, again }) => {
    const lookup = new NgramMapK(sizes);
    const text = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...run(100, 9), 1, 2, 3];
    expect(lookup.draft(text, FULL)).toEqual([4, 5, 6, 7, 8]);
    const next = extended(text, ...accepted, 99, 98, 1, 2, 3);
    expect(lookup.draft(next, FULL)).toEqual(again);
  });

  it('does not take lack of room for a rejection', () => {
    const lookup = new NgramMapK(sizes);
    const text = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...run(100, 9), 1, 2, 3];
    expect(lookup.draft(text, 2)).toEqual([4, 5]);
    expect(lookup.draft(extended(text, 4, 5, 99, 1, 2, 3), FULL)).toEqual([4, 5, 6, 7, 8]);
  });
});

describe('ngram-map-k4v', () => {
  const options = { sizeN: 3, sizeM: 4, minHits: 1 };
  const [KEY, A, B] = [run(1, 3), run(11, 4), run(21, 4)];
  const end = [...run(200, 9), ...KEY];

  /** Text in which the key is followed by each of `values`, and stands at the end. */
  const textOf = (...values: readonly (readonly TokenId[])[]) => [
    0,
    ...values.flatMap((value, i) => [...KEY, ...value, 90 + i]),
    ...end,
  ];

  it.each<[string, TokenId[], TokenId[]]>([
    ['the only continuation', textOf(A), A],
    ['nothing where continuations are as frequent', textOf(A, B), []],
    ['nothing for a majority below three times the others', textOf(A, A, B), []],
    ['the continuation with three times the others', textOf(A, B, A, A), A],
    ['the frequent one, also where a rare one is the newest', textOf(A, A, A, B), A],
    ['nothing for a new n-gram', [0, ...run(100, 40)], []],
    ['nothing for a short text', [0, ...KEY, ...A, ...KEY].slice(2), []],
    [
      'the four continuations that came first, and no further ones',
      textOf(A, run(31, 4), run(41, 4), run(51, 4), B, B, B, B, B, B, B, B, B, B, B, B),
      [],
    ],
  ])('proposes %s', (_, tokens, expected) => {
    expect(new NgramMapK4v(options).draft(tokens, FULL)).toEqual(expected);
  });

  it('proposes nothing before the n-gram was looked up often enough', () => {
    const lookup = new NgramMapK4v({ ...options, minHits: 3 });
    const drafts = [1, 2, 3].map(() => lookup.draft(textOf(A), FULL));
    expect(drafts).toEqual([[], [], A]);
  });

  it.each([
    { accepted: 2, again: A.slice(0, 2) },
    { accepted: 0, again: [] },
    { accepted: 4, again: A },
  ])('proposes $again again where $accepted tokens were accepted', ({ accepted, again }) => {
    const lookup = new NgramMapK4v(options);
    const text = textOf(A, A, A, A, A, A);
    expect(lookup.draft(text, FULL)).toEqual(A);
    expect(lookup.draft([...text, ...A.slice(0, accepted), 99, ...end], FULL)).toEqual(again);
  });
});

describe('a further token', () => {
  const lookups: [string, () => Lookup][] = [
    ['ngram-simple', () => new NgramSimple({ sizeN: 3, sizeM: 5 })],
    ['ngram-map-k', () => new NgramMapK({ sizeN: 3, sizeM: 5 })],
    ['ngram-map-k4v', () => new NgramMapK4v({ sizeN: 3, sizeM: 5, minHits: 1 })],
    ['ngram-mod', () => new NgramMod(new NgramTable(3), { nMin: 1, nMax: 5 })],
  ];

  it.each(lookups)(
    'leads to a draft of %s that was foreseen, except where a repetition begins',
    (_, create) => {
      const lookup = create();
      const tokens = [...run(100, 20), ...babble(80).map(token => 5 * token), ...run(300, 200)];
      let nDrafts = 0;
      let nForeseen = 0;
      let nSurprises = 0;
      for (let end = 3; end < tokens.length; end++) {
        const foreseen = lookup.mayDraftNext(tokens.slice(0, end));
        const draft = lookup.draft(tokens.slice(0, end + 1), FULL);
        if (draft.length > 0) nDrafts++;
        if (foreseen) nForeseen++;
        else if (draft.length > 0) nSurprises++;
      }
      expect(nDrafts).toBeGreaterThan(5);
      expect(nSurprises).toBeLessThan(4);
      // Nothing is foreseen in the text that does not repeat itself.
      expect(nForeseen).toBeLessThan(100);
    },
  );
});

describe('ngram-mod', () => {
  const lengths = { nMin: 3, nMax: 6 };

  function create(n = 3): { table: NgramTable; lookup: () => NgramMod } {
    const table = new NgramTable(n);
    return { table, lookup: () => new NgramMod(table, lengths) };
  }

  it('follows the text from token to token', () => {
    const text = [...run(10, 9), 50, ...run(10, 3)];
    expect(create().lookup().draft(text, FULL)).toEqual(run(13, 6));
    expect(create().lookup().draft(text, 2)).toEqual([13, 14]);
  });

  it('learns from the texts of other slots, but not from those of other servers', () => {
    const { lookup } = create();
    lookup().draft(run(10, 12), FULL);
    expect(lookup().draft([1, 10, 11, 12], FULL)).toEqual(run(13, 6));
    expect(create().lookup().draft([1, 10, 11, 12], FULL)).toEqual([]);
  });

  it('proposes nothing instead of a draft below the minimum length', () => {
    const { lookup } = create();
    lookup().draft([...run(10, 6), 99], FULL);
    expect(lookup().draft([1, 10, 11, 12], FULL)).toEqual([13, 14, 15]);
    expect(lookup().draft([1, 11, 12, 13], FULL)).toEqual([]);
  });

  it('adds a growing text to the table in chunks', () => {
    const { lookup } = create();
    const growing = lookup();
    growing.draft(run(10, 10), FULL);
    growing.draft(run(10, 39), FULL);
    expect(lookup().draft([1, 20, 21, 22], FULL)).toEqual([]);
    growing.draft(run(10, 41), FULL);
    expect(lookup().draft([1, 20, 21, 22], FULL)).toEqual(run(23, 6));
  });

  it.each([
    { name: 'begins anew after five poor drafts in a row', good: false, resets: 1 },
    { name: 'does not after five with a good one among them', good: true, resets: 0 },
  ])('$name', ({ good, resets }) => {
    const { table, lookup } = create();
    const generation = table.generation;
    const drafting = lookup();
    let text = [...run(10, 30), 1000];
    for (let round = 0; round < 6; round++) {
      text = extended(text, 10, 11, 12);
      const draft = drafting.draft(text, FULL);
      if (round < 5) expect(draft).toEqual(run(13, 6));
      text = extended(text, ...(good && round === 2 ? run(13, 6) : []), 2000 + round);
    }
    expect(table.generation).toBe(generation + resets);
  });
});
