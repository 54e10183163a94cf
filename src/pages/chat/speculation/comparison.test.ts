import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../../client/jsonRequest.ts';
import { createStore } from '../../frame/store.ts';
import { Comparer } from './comparer.ts';
import {
  type Answer,
  type Comparisons,
  comparisonOf,
  isOtherRunning,
  NO_COMPARISON,
  type Pair,
  reduceComparisons,
  verdictOf,
} from './comparison.ts';
import { RECORDED_TIMINGS } from './fixtures/recorded.ts';
import { traceOf } from './fixtures/traces.ts';

const REQUEST = {
  id: 'a',
  path: '/completion',
  body: { prompt: 'a', seed: 77, speculative: { n_max: 4 } },
} as const;

/** Answer of `words` in `ms`. */
function answerOf(words: readonly string[], ms: number): Answer {
  const [first, ...rest] = words;
  return {
    trace: traceOf(
      first,
      rest.map(word => [null, [], 0, word, ms / rest.length]),
    ),
    timings: { ...RECORDED_TIMINGS, predicted_n: words.length, predicted_ms: ms },
  };
}

const NOTHING: Comparisons = {};
type Body = Readonly<Record<string, unknown>>;

function setUp(reply: (body: Body) => object | Promise<object>) {
  const bodies: Body[] = [];
  const store = createStore(reduceComparisons, NOTHING, () => {});
  const fetch: Fetch = async (_, init) => {
    const body: Body = JSON.parse(String(init?.body));
    bodies.push(body);
    init?.signal?.throwIfAborted();
    const answer = await reply(body);
    if ('error' in answer) return Response.json(answer, { status: 400 });
    return new Response(`data: ${JSON.stringify(answer)}\n\n`);
  };
  return { bodies, store, fetch, comparer: new Comparer(store) };
}

const wireOf = ({ trace, timings }: Answer) => ({ speculation_trace: trace, timings });
const fast = answerOf(['a', 'b', 'cc', 'd'], 10);
const slow = answerOf(['a', 'b', 'cc', 'd'], 30);
const isWithout = (body: Body) => body['speculative.n_max'] === 0;

describe('a comparison', () => {
  it('asks for the same answer in both ways, which take turns to be first', async () => {
    const { bodies, store, fetch, comparer } = setUp(body => wireOf(isWithout(body) ? slow : fast));
    await comparer.compare(REQUEST, fetch);
    await comparer.compare(REQUEST, fetch);
    expect(bodies.map(isWithout)).toEqual([true, false, false, true]);
    for (const { 'speculative.n_max': _, ...body } of bodies) {
      expect(body).toEqual({
        ...REQUEST.body,
        stream: true,
        timings_per_token: true,
        speculation_trace: true,
      });
    }
    expect(comparisonOf(store.state, 'a').running).toBeNull();
    expect(verdictOf(comparisonOf(store.state, 'a').pairs)).toEqual({
      perSecond: { with: 300, without: 100 },
      ratio: 3,
      hasDrafts: false,
      difference: null,
    });
  });

  it('of a chat belongs to its answer', async () => {
    const { store, fetch, comparer } = setUp(() => ({
      choices: [{ speculation_trace: fast.trace }],
      timings: fast.timings,
    }));
    const body = { messages: [], seed: 5 };
    await comparer.compare({ id: 'b', path: '/v1/chat/completions', body }, fetch);
    await comparer.compare(REQUEST, fetch);
    expect(store.state).toMatchObject({ a: { pairs: [{}] }, b: { pairs: [{ with: fast, without: fast }] } });
  });

  it('says what runs, and that it was stopped', async () => {
    const { store, fetch, comparer } = setUp(body => {
      expect(store.state.a.running).toMatchObject({ way: 'without', isSecond: false });
      expect([isOtherRunning(store.state, 'a'), isOtherRunning(store.state, 'b')]).toEqual([false, true]);
      comparer.stop();
      return wireOf(isWithout(body) ? slow : fast);
    });
    await comparer.compare(REQUEST, fetch);
    expect(store.state.a).toEqual(NO_COMPARISON);
  });

  it('says the error of a refused request', async () => {
    const { store, fetch, comparer } = setUp(() => ({
      error: { code: 400, type: 'x', message: 'no prompt' },
    }));
    await comparer.compare(REQUEST, fetch);
    expect(store.state.a).toEqual({ ...NO_COMPARISON, problem: 'no prompt' });
  });

  it('says how many tokens there are so far, and their speed', () => {
    const { running } = reduceComparisons(
      reduceComparisons(NOTHING, { type: 'started', id: 'a', way: 'with', isSecond: true }),
      { type: 'grown', id: 'a', nTokens: 4, perSecond: 9 },
    ).a;
    expect(running).toEqual({ way: 'with', isSecond: true, nTokens: 4, perSecond: 9 });
  });
});

describe('the verdict', () => {
  const pair = (a: readonly string[], b: readonly string[]): Pair => ({
    with: answerOf(a, 10),
    without: answerOf(b, 10),
  });

  it.each([
    [['a', 'b'], ['a', 'b'], null],
    [['a', 'bb'], ['a', 'b'], { at: 1, texts: { with: 'bb', without: 'b' } }],
    [['a', 'b', 'c'], ['a', 'b'], { at: 2, texts: { with: 'c', without: null } }],
  ])('on %j and %j names the first difference: %j', (a, b, difference) => {
    expect(verdictOf([pair(['a', 'b'], ['a', 'b']), pair(a, b)])?.difference).toEqual(difference);
  });

  it('has no ratio where a speed was not measured, and is null without pairs', () => {
    expect(verdictOf([pair(['a'], ['a'])])).toMatchObject({
      perSecond: { with: 0, without: 0 },
      ratio: null,
    });
    expect(verdictOf([])).toBeNull();
  });
});
