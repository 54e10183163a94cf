import { describe, expect, it } from 'vitest';
import type { SpeculationTrace, TracedToken } from '../../protocol/completion.ts';
import { joinTraces } from '../../protocol/joinTraces.ts';
import type { ChatCompletion, ChatCompletionChunk, TextCompletion } from '../../protocol/openai.ts';
import {
  E_ACUTE,
  errorOf,
  letters,
  parseEvents,
  parseOpenAiEvents,
  ScriptedForwardPass,
  type TestServer,
  type TestServerOptions,
  testServer,
} from '../testing/testServer.ts';

const REQUEST = { prompt: 'ab', n_predict: 40, ignore_eos: true, speculation_trace: true };
const CHAT = { chatTemplate: '{% for m in messages %}{{ m.content }}{% endfor %}' };

/** Server whose clock advances a millisecond with every look at it. */
function drafting(options: TestServerOptions = {}): TestServer {
  let now = 0;
  return testServer({ draftDisagreement: 0.3, now: () => now++, ...options });
}

/** Server that says `text` and ends. */
function saying(...tokens: readonly number[]): TestServer {
  return testServer({ target: new ScriptedForwardPass([1, 0, ...tokens], { nCtx: 64 }), settings: CHAT });
}

function textOf(tokens: readonly TracedToken[]): string {
  return new TextDecoder().decode(Uint8Array.from(tokens.flatMap(({ bytes }) => bytes)));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}

function traceIn({ speculation_trace: trace }: { readonly speculation_trace?: SpeculationTrace }) {
  expect(trace).toBeDefined();
  return trace ?? { tokens: [], rounds: [] };
}

describe('the trace of a completion', () => {
  it('has every token of the answer, and counts as the timings do', async () => {
    const { content, tokens, timings, ...answer } = await drafting().complete({
      ...REQUEST,
      return_tokens: true,
    });
    const trace = traceIn(answer);
    expect(textOf(trace.tokens)).toBe(content);
    expect(trace.tokens.map(({ id }) => id)).toEqual(tokens);
    expect(total(trace.rounds.map(({ draft }) => draft.length))).toBe(timings.draft_n);
    expect(total(trace.rounds.map(({ n_accepted }) => n_accepted))).toBe(timings.draft_n_accepted);
    expect(trace.tokens.filter(({ source }) => source === 'draft-simple')).toHaveLength(
      timings.draft_n_accepted ?? -1,
    );
    expect(total(trace.rounds.map(({ ms }) => ms))).toBe(timings.predicted_ms);
  });

  it('shows in every round the accepted tokens of its draft and one of the target, a bonus if all were', async () => {
    const trace = traceIn(await drafting().complete(REQUEST));
    expect(trace.tokens[0]).toMatchObject({ source: 'target', round: null });
    const own = new Set<string>();
    for (const [i, { source, draft, n_accepted }] of trace.rounds.entries()) {
      const sampled = trace.tokens.filter(({ round }) => round === i);
      const accepted = sampled.slice(0, -1);
      expect(source).toBe(draft.length > 0 ? 'draft-simple' : null);
      expect(accepted.map(({ id, token }) => [id, token])).toEqual(
        draft.slice(0, n_accepted).map(({ id, token }) => [id, token]),
      );
      expect(accepted.every(token => token.source === 'draft-simple')).toBe(true);
      const isBonus = draft.length > 0 && n_accepted === draft.length;
      expect(sampled.at(-1)?.source).toBe(isBonus ? 'bonus' : 'target');
      own.add(sampled.at(-1)?.source ?? '');
    }
    expect([...own].sort()).toEqual(['bonus', 'target']);
  });

  it('comes with each event of a stream, which joined are the trace in one piece', async () => {
    const whole = traceIn(await drafting().complete(REQUEST));
    const events = await drafting().stream(REQUEST);
    const parts = events.filter(({ stop }) => !stop).map(traceIn);
    expect(parts.every(({ tokens }) => tokens.length === 1)).toBe(true);
    expect(joinTraces(parts)).toEqual(whole);
    expect(events.at(-1)).not.toHaveProperty('speculation_trace');
  });

  it('has rounds without drafts where nothing guesses', async () => {
    const { tokens, rounds } = traceIn(await testServer().complete({ ...REQUEST, n_predict: 3 }));
    expect(tokens.map(({ source, round }) => [source, round])).toEqual([
      ['target', null],
      ['target', 0],
      ['target', 1],
    ]);
    expect(rounds).toMatchObject([
      { source: null, draft: [], n_accepted: 0 },
      { source: null, draft: [], n_accepted: 0 },
    ]);
  });

  it('is there only on request, and the value must be a boolean', async () => {
    const server = drafting();
    const { speculation_trace: _, ...silent } = REQUEST;
    for (const body of [
      silent,
      { ...silent, speculation_trace: false },
      { ...silent, speculation_trace: null },
    ]) {
      expect(await server.complete(body)).not.toHaveProperty('speculation_trace');
      for (const event of await server.stream(body)) expect(event).not.toHaveProperty('speculation_trace');
    }
    const refused = await server.post('/completion', { ...silent, speculation_trace: 1 });
    expect(refused.status).toBe(400);
    expect((await errorOf(refused)).message).toMatch(/'speculation_trace'.* must be boolean, but is number/);
  });
});

describe('the trace of a text that is held back', () => {
  const answer = [...letters('h'), ...E_ACUTE, ...letters('llo.')];

  it.each([
    { name: 'the end', body: {}, sampled: 'héllo.', nTokens: 8 },
    { name: 'a stop string', body: { stop: ['lo.'] }, sampled: 'héllo.', nTokens: 7 },
    { name: 'a beginning of a stop string', body: { stop: ['lo?'] }, sampled: 'héllo.', nTokens: 8 },
    { name: 'half a character', body: { n_predict: 2 }, sampled: 'h\ufffd', nTokens: 2 },
  ])('has all tokens up to $name, on every route', async ({ body, sampled, nTokens }) => {
    const request = { ...body, speculation_trace: true };
    const chat = { ...request, messages: [{ role: 'user', content: 'ab' }] };
    const server = saying(...answer);
    const post = (path: string, body: object) => server.post(path, body).then(response => response.text());
    const { choices } = JSON.parse(await post('/v1/chat/completions', chat)) as ChatCompletion;
    const { tokens } = traceIn(choices[0]);
    expect(textOf(tokens)).toBe(sampled);
    expect(tokens).toHaveLength(nTokens);

    const stream = { prompt: 'ab', stream: true, ...request };
    const native = parseEvents<{ speculation_trace?: SpeculationTrace }>(await post('/completion', stream));
    const text = parseOpenAiEvents<TextCompletion>(await post('/v1/completions', stream));
    const chats = parseOpenAiEvents<ChatCompletionChunk>(
      await post('/v1/chat/completions', { ...chat, stream: true }),
    );
    const carriers = [native, text.flatMap(event => event.choices), chats.flatMap(event => event.choices)];
    for (const parts of carriers) {
      const traces = parts.flatMap(({ speculation_trace }) => speculation_trace ?? []);
      expect(joinTraces(traces).tokens).toEqual(tokens);
    }
  });

  it('belongs to its choice', async () => {
    const server = drafting({ nSlots: 2, settings: CHAT });
    const body = {
      messages: [{ role: 'user', content: 'ab' }],
      n: 2,
      temperature: 1,
      seed: 1,
      max_tokens: 9,
    };
    const response = await server.post('/v1/chat/completions', { ...body, speculation_trace: true });
    const { choices }: ChatCompletion = await response.json();
    expect(choices.map(choice => textOf(traceIn(choice).tokens))).toEqual(
      choices.map(({ message }) => message.content),
    );
    expect(choices[0].message.content).not.toBe(choices[1].message.content);
  });
});
