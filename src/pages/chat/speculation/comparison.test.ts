import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../../client/jsonRequest.ts';
import { createStore } from '../../frame/store.ts';
import { Comparer } from './comparer.ts';
import { type Answer, NO_COMPARISON, type Pair, reduceComparison, verdictOf } from './comparison.ts';
import { RECORDED_TIMINGS } from './fixtures/recorded.ts';
import { traceOf } from './fixtures/traces.ts';

const REQUEST = { path: '/completion', body: { prompt: 'a', speculative: { n_max: 4 } } } as const;

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

type Body = Readonly<Record<string, unknown>>;

function setUp(reply: (body: Body) => object | Promise<object>) {
  const bodies: Body[] = [];
  const store = createStore(reduceComparison, NO_COMPARISON, () => {});
  const fetch: Fetch = async (_, init) => {
    const body: Body = JSON.parse(String(init?.body));
    bodies.push(body);
    init?.signal?.throwIfAborted();
    const answer = await reply(body);
    return Response.json(answer, { status: 'error' in answer ? 400 : 200 });
  };
  return { bodies, store, fetch, comparer: new Comparer(store, () => 77) };
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
      expect(body).toEqual({ ...REQUEST.body, seed: 77, stream: false, speculation_trace: true });
    }
    expect(store.state.running).toBeNull();
    expect(verdictOf(store.state.pairs)).toEqual({
      perSecond: { with: 300, without: 100 },
      ratio: 3,
      hasDrafts: false,
      difference: null,
    });
  });

  it("keeps the request's own seed, and reads the answer of a chat", async () => {
    const { bodies, store, fetch, comparer } = setUp(() => ({
      choices: [{ speculation_trace: fast.trace }],
      timings: fast.timings,
    }));
    const body = { messages: [], seed: 5 };
    await comparer.compare({ path: '/v1/chat/completions', body }, fetch);
    expect(bodies.map(({ seed }) => seed)).toEqual([5, 5]);
    expect(store.state.pairs).toEqual([{ with: fast, without: fast }]);
  });

  it('says what runs, and that it was stopped', async () => {
    const { store, fetch, comparer } = setUp(body => {
      expect(store.state.running).toEqual({ way: 'without', isSecond: false });
      comparer.stop();
      return wireOf(isWithout(body) ? slow : fast);
    });
    await comparer.compare(REQUEST, fetch);
    expect(store.state).toEqual(NO_COMPARISON);
  });

  it('says the error of a refused request', async () => {
    const { store, fetch, comparer } = setUp(() => ({
      error: { code: 400, type: 'x', message: 'no prompt' },
    }));
    await comparer.compare(REQUEST, fetch);
    expect(store.state).toEqual({ ...NO_COMPARISON, problem: 'no prompt' });
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
