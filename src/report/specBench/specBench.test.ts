import { describe, expect, it } from 'vitest';
import type { SpecAnswer } from './answer.ts';
import { specBenchOf } from './build.ts';
import { differencesIn } from './differences.ts';
import { answer, CONDITIONS, drafted, drafts } from './fixtures.ts';
import { acceptanceOf, specBenchMarkdown, verdictOf } from './markdown.ts';
import { readSpecBench } from './read.ts';
import { rowsOf } from './rows.ts';

describe('the comparison of answers', () => {
  it.each<[string, SpecAnswer[], string[]]>([
    ['equal answers are no difference', [answer(), drafted()], []],
    [
      'another token is named with its place',
      [answer(), drafted({ tokens: [10, 11, 99, 13, 14] })],
      ['draft-simple, run 1, temperature 0, stories 1: token 2 is 99, and 12 without speculation'],
    ],
    [
      'a shorter answer is different',
      [answer(), drafted({ tokens: [10, 11] })],
      ['draft-simple, run 1, temperature 0, stories 1: token 2 is missing, and 12 without speculation'],
    ],
    [
      'a longer answer is different',
      [answer({ tokens: [10] }), drafted({ tokens: [10, 11] })],
      ['draft-simple, run 1, temperature 0, stories 1: token 1 is 11, and missing without speculation'],
    ],
    [
      'a later run without speculation must repeat the first',
      [answer(), answer({ run: 1, tokens: [] })],
      ['none, run 2, temperature 0, stories 1: token 0 is missing, and 10 without speculation'],
    ],
    [
      'an answer is compared with that to the same prompt at the same temperature only',
      [
        answer(),
        answer({ temperature: 0.8, tokens: [7] }),
        answer({ prompt: 1, tokens: [8] }),
        answer({ category: 'code', tokens: [9] }),
        drafted({ temperature: 0.8, tokens: [7] }),
        drafted({ prompt: 1, tokens: [8] }),
        drafted({ category: 'code', tokens: [9] }),
      ],
      [],
    ],
    [
      'an answer with nothing to compare is not exact',
      [answer(), drafted({ prompt: 1 })],
      ['draft-simple, run 1, temperature 0, stories 2: there is no answer without speculation'],
    ],
  ])('%s', (_, answers, expected) => {
    expect(differencesIn(answers)).toEqual(expected);
  });
});

describe('the figures', () => {
  it('count tokens, rounds and drafts, and add those of the categories up', () => {
    const code = { category: 'code', drafts: drafts([1, 1], [1, 1], [1, 0]), nRounds: 3 };
    const rows = rowsOf([answer(), answer({ category: 'code' }), drafted(), drafted(code)]);
    expect(rows.map(({ kind, category }) => `${kind} ${category}`)).toEqual([
      'none all',
      'none stories',
      'none code',
      'draft-simple all',
      'draft-simple stories',
      'draft-simple code',
    ]);
    expect(rows[0]).toMatchObject({ nAnswers: 2, nTokens: 10, tokensPerRound: 1, draft_n: 0, speedup: 1 });
    expect(rows[3]).toMatchObject({
      tokensPerRound: 8 / 5,
      draft_n: 7,
      draft_n_accepted: 4,
      draft_n_per_pos: [3, 3, 1],
      draft_n_accepted_per_pos: [3, 1, 0],
      tokensPerSecond: [200],
      speedup: 2,
    });
    expect(acceptanceOf(rows[3])).toEqual([1, 1 / 3, 0]);
  });

  it('the speed-up is the median of the ratios within a run', () => {
    const plainMs = [40, 400, 4000];
    const ratios = [2, 5, 3];
    const answers = plainMs.flatMap((ms, run) => [
      answer({ run, ms }),
      drafted({ run, ms: ms / ratios[run] }),
    ]);
    const [, , row] = rowsOf(answers);
    expect(row.speedup).toBeCloseTo(3, 9);
    expect(row.nAnswers).toBe(1);
    expect(row.tokensPerSecond).toHaveLength(3);
  });

  it('answers of one token have no speed', () => {
    const short = { tokens: [10], ms: 0, nRounds: 0 };
    for (const row of rowsOf([answer(short), drafted({ ...short, drafts: [] })])) {
      expect(row).toMatchObject({ speedup: null, tokensPerRound: 0, tokensPerSecond: [0] });
    }
  });
});

describe('the result', () => {
  it('has one hash for equal answers, and is readable as it was written', async () => {
    const bench = await specBenchOf([answer(), drafted()], CONDITIONS);
    expect(bench).toMatchObject({ exact: true, kinds: ['none', 'draft-simple'], categories: ['stories'] });
    const [plain, other] = bench.hashes;
    expect(plain.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(other.sha256).toBe(plain.sha256);
    expect(readSpecBench(JSON.stringify(bench), 'a.json')).toEqual(bench);
    expect(verdictOf(bench)).toContain(plain.sha256);
  });

  it('is not exact if one answer differs, and its text names that one', async () => {
    const bench = await specBenchOf([answer(), drafted({ tokens: [1] })], CONDITIONS);
    expect(bench.exact).toBe(false);
    expect(bench.hashes[1].sha256).not.toBe(bench.hashes[0].sha256);
    expect(specBenchMarkdown(bench)).toContain(
      'NOT exact, answers that differ: 1; the first is draft-simple, run 1, temperature 0, stories 1',
    );
  });

  it('is not exact without answers', async () => {
    expect(await specBenchOf([], CONDITIONS)).toMatchObject({ exact: false, kinds: ['none'] });
  });

  it('has tables of kinds and categories in its text', async () => {
    const text = specBenchMarkdown(await specBenchOf([answer(), drafted()], CONDITIONS));
    expect(text).toContain('| none | 0 | 1.00× | 100 (100–100) | 1.00 |  |  |');
    expect(text).toContain('| draft-simple | 0 | 2.00× | 200 (200–200) | 2.00 | 50 % of 4 | 100 0 |');
    expect(text).toContain('| stories | 0 | 2.00×, 2.00 per round |');
    expect(text).toContain('Without ngram-mod: it is Sunday');
  });

  it.each([
    ['no JSON', 'notes', 'it is not JSON'],
    ['another schema', '{"schema": "foretoken-report/1"}', 'its schema is not "foretoken-spec-bench/1"'],
    ['a gap', '{"schema": "foretoken-spec-bench/1"}', 'date should be'],
  ])('%s is refused', (_, text, reason) => {
    expect(() => readSpecBench(text, 'a.json')).toThrow(reason);
  });
});
