import { describe, expect, it } from 'vitest';
import { figuresOf } from './figures.ts';
import { RECORDED_TIMINGS, RECORDED_TRACE } from './fixtures/recorded.ts';
import { traceOf } from './fixtures/traces.ts';
import { kindsIn } from './kinds.ts';
import { roundAt, timelineOf } from './timeline.ts';

const TRACE = traceOf('a', [
  ['draft-simple', ['b', 'c'], 2, 'd', 10],
  ['draft-simple', ['e', 'x', 'x'], 1, 'f', 20],
  [null, [], 0, 'g', 5],
  ['ngram-mod', ['x'], 0, 'h', 15],
]);
const EMPTY = { tokens: [], rounds: [] };

describe('the figures of a trace', () => {
  it('count drafts by kind and position, and rounds by their tokens', () => {
    expect(figuresOf(TRACE, null)).toEqual({
      nTokens: 8,
      nRounds: 4,
      nDrafted: 6,
      nAccepted: 3,
      tokensPerRound: 7 / 4,
      perSecond: 140,
      byKind: [
        { kind: 'draft-simple', nRounds: 2, nDrafted: 5, nAccepted: 3, ms: 30 },
        { kind: null, nRounds: 1, nDrafted: 0, nAccepted: 0, ms: 5 },
        { kind: 'ngram-mod', nRounds: 1, nDrafted: 1, nAccepted: 0, ms: 15 },
      ],
      byPosition: [
        { position: 0, nDrafted: 3, nAccepted: 2 },
        { position: 1, nDrafted: 2, nAccepted: 1 },
        { position: 2, nDrafted: 1, nAccepted: 0 },
      ],
      roundsByTokens: [2, 1, 1],
    });
    expect(kindsIn(TRACE)).toEqual(['draft-simple', 'ngram-mod']);
  });

  it('agree with the timings of a recorded answer', () => {
    const figures = figuresOf(RECORDED_TRACE, null);
    expect(figures).toMatchObject({
      nTokens: RECORDED_TIMINGS.predicted_n,
      nDrafted: RECORDED_TIMINGS.draft_n,
      nAccepted: RECORDED_TIMINGS.draft_n_accepted,
    });
    expect(figures.perSecond).toBeCloseTo(RECORDED_TIMINGS.predicted_per_second, 0);
    expect(figuresOf(RECORDED_TRACE, RECORDED_TIMINGS).perSecond).toBe(RECORDED_TIMINGS.predicted_per_second);
  });

  it('of an empty trace are zeros', () => {
    expect(figuresOf(EMPTY, null)).toMatchObject({
      nRounds: 0,
      tokensPerRound: 0,
      perSecond: null,
      byPosition: [],
    });
  });
});

describe('the time line', () => {
  it('is as wide as its room, and each round as wide as it took', () => {
    const timeline = timelineOf(TRACE, ['draft-simple', 'ngram-mod', null], 500);
    expect(timeline).toMatchObject({ width: 500, totalMs: 50, edges: [0, 100, 300, 350, 500] });
    const [draft, ngram, none] = timeline.rows;
    expect(draft.rounds).toBe('M0 0H99V22H0ZM100 0H299V22H100Z');
    expect(draft.accepted).toBe('M0 0H99V22H0ZM100 14.67H299V22H100Z');
    expect(ngram).toMatchObject({ rounds: 'M350 30H499V52H350Z', accepted: '' });
    expect(none).toMatchObject({ rounds: 'M300 60H349V82H300Z', accepted: 'M300 60H349V82H300Z' });
  });

  it('finds the round at a place', () => {
    const timeline = timelineOf(TRACE, [], 500);
    expect([-1, 0, 99, 100, 320, 499, 500].map(x => roundAt(timeline, x))).toEqual([
      null,
      0,
      0,
      1,
      2,
      3,
      null,
    ]);
  });

  it('is wider than its room where rounds could not be seen otherwise, and empty without rounds', () => {
    expect(timelineOf(TRACE, [], 10).width).toBe(24);
    expect(timelineOf(EMPTY, [null], 100)).toMatchObject({ width: 100, totalMs: 0, edges: [0] });
  });
});
