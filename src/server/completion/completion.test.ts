import { describe, expect, it } from 'vitest';
import type { CompletionChunk, CompletionPartial, CompletionResponse } from '../../protocol/completion.ts';
import {
  BOS,
  E_ACUTE,
  EOS,
  letters,
  ScriptedForwardPass,
  testServer,
  tokenizer,
} from '../testing/testServer.ts';

const PROMPT = 'the cat';
/** Response without the fields that differ from run to run. */
const untimed = (answer: object) => ({ ...answer, timings: null, id_slot: null });
const partialsOf = (events: readonly CompletionChunk[]) => events.filter(event => !event.stop);

/** Server whose model generates `text` after the prompt `p`, then EOS. */
function scripted(text: readonly number[] | string, settings = {}, nCtx = 128) {
  const script = [BOS, ...letters('p'), ...(typeof text === 'string' ? letters(text) : text)];
  const target = new ScriptedForwardPass(script, { nCtx, nSlots: 1 });
  return testServer({ target, settings, nCtx });
}

describe('the answer', () => {
  it('a response has llama-server’s keys in their order', async () => {
    const answer = await testServer().complete({ prompt: PROMPT, n_predict: 4, n_probs: 1 });
    expect(Object.keys(answer)).toEqual([
      ...['index', 'content', 'tokens', 'id_slot', 'stop', 'model', 'tokens_predicted', 'tokens_evaluated'],
      ...['generation_settings', 'prompt', 'has_new_line', 'truncated', 'stop_type', 'stopping_word'],
      ...['tokens_cached', 'timings', 'completion_probabilities'],
    ]);
    expect(Object.keys(answer.generation_settings).slice(-14)).toEqual([
      ...['preserved_tokens', 'chat_format', 'reasoning_format', 'reasoning_in_content', 'generation_prompt'],
      ...['samplers', 'speculative.types', 'speculative.n_max', 'speculative.n_min', 'speculative.p_min'],
      ...['timings_per_token', 'post_sampling_probs', 'backend_sampling', 'lora'],
    ]);
  });

  it('the last sampled token is not counted as cached', async () => {
    const answer = await testServer().complete({ prompt: PROMPT, n_predict: 5, ignore_eos: true });
    const nPrompt = tokenizer.encode(PROMPT, { addSpecial: true, parseSpecial: true }).length;
    expect(answer).toMatchObject({
      tokens_predicted: 5,
      tokens_evaluated: nPrompt,
      tokens_cached: nPrompt + 4,
      stop_type: 'limit',
      truncated: false,
      prompt: `<s>${PROMPT}`,
      tokens: [],
    });
  });

  it('a response has the sampled ids, end of generation included, on request', async () => {
    const answer = await scripted('hello').complete({ prompt: 'p', return_tokens: true });
    expect(answer).toMatchObject({
      content: 'hello',
      tokens: [...letters('hello'), EOS],
      tokens_predicted: 6,
      stop_type: 'eos',
    });
  });

  it('n_predict 0 only decodes the prompt', async () => {
    const server = testServer();
    const answer = await server.complete({ prompt: PROMPT, n_predict: 0 });
    expect(answer).toMatchObject({ content: '', tokens_predicted: 0, stop_type: 'limit' });
    expect(answer.tokens_cached).toBe(answer.tokens_evaluated);
    const next = await server.complete({ prompt: PROMPT, n_predict: 1 });
    expect(next.timings.cache_n).toBe(answer.tokens_evaluated - 1);
  });

  it('an empty list of tokens has an empty answer', async () => {
    const answer = await testServer().complete({ prompt: [[]], n_predict: 5 });
    expect(answer).toMatchObject({
      content: '',
      stop_type: 'none',
      tokens_predicted: 0,
      tokens_evaluated: 0,
    });
    expect(Object.values(answer.timings)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("the server's n_predict is the default, and the response shows the requested one", async () => {
    const server = testServer({ settings: { nPredict: 3 } });
    const answer = await server.complete({ prompt: PROMPT, ignore_eos: true });
    expect(answer.tokens_predicted).toBe(3);
    expect(answer.generation_settings.n_predict).toBe(-1);
    const longer = await server.complete({ prompt: PROMPT, ignore_eos: true, max_tokens: 5 });
    expect(longer.tokens_predicted).toBe(5);
  });

  it('response_fields selects the fields of a response', async () => {
    const answer = await testServer().complete({
      prompt: PROMPT,
      n_predict: 2,
      response_fields: ['content', 'generation_settings/n_predict', 'nonsense', 'timings/nonsense'],
    });
    expect(Object.keys(answer)).toEqual(['content', 'generation_settings/n_predict']);
  });

  it('several prompts are answered in their order', async () => {
    const server = testServer({ nSlots: 2 });
    const body = { n_predict: 6, return_tokens: true };
    const alone = [];
    for (const prompt of ['ab', 'cd', 'ef']) alone.push((await server.complete({ ...body, prompt })).tokens);
    const response = await server.post('/completion', { ...body, prompt: ['ab', 'cd', 'ef'] });
    const answers: { index: number; tokens: number[] }[] = await response.json();
    expect(answers.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(answers.map(({ tokens }) => tokens)).toEqual(alone);
  });
});

describe('a stream', () => {
  const requests: readonly { name: string; body: object }[] = [
    { name: 'greedy', body: { prompt: PROMPT, n_predict: 24 } },
    { name: 'sampled', body: { prompt: PROMPT, n_predict: 24, temperature: 1.5, seed: 7, ignore_eos: true } },
    { name: 'with a stop string', body: { prompt: PROMPT, n_predict: 60, stop: ['a', 'e', 'ing'] } },
    { name: 'with probabilities', body: { prompt: PROMPT, n_predict: 8, n_probs: 2, ignore_eos: true } },
    { name: 'of three prompts', body: { prompt: ['ab', 'cd', 'ef'], n_predict: 8 } },
  ];
  const drafts = [
    { name: 'no', draftDisagreement: undefined },
    { name: 'a perfect', draftDisagreement: 0 },
    { name: 'a poor', draftDisagreement: 0.4 },
  ];

  it.each(requests.flatMap(request => drafts.map(draft => ({ ...request, draft }))))(
    'a stream has the text of the response in one piece: $name, $draft.name draft',
    async ({ body, draft }) => {
      const { draftDisagreement } = draft;
      const server = testServer({
        nSlots: 2,
        ...(draftDisagreement !== undefined && { draftDisagreement }),
      });
      const response = await server.post('/completion', { ...body, return_tokens: true });
      const json = await response.json();
      const wholes = Array.isArray(json) ? json : [json];
      const events = await server.stream({ ...body, return_tokens: true });
      for (const whole of wholes) {
        const mine = events.filter(event => event.index === whole.index);
        const partials = partialsOf(mine);
        expect(partials.map(event => event.content).join('')).toBe(whole.content);
        expect(partials.flatMap(event => event.tokens)).toEqual(whole.tokens);
        const probabilities = partials.flatMap(event => event.completion_probabilities ?? []);
        if (whole.stop_type !== 'word') expect(probabilities).toEqual(whole.completion_probabilities ?? []);
        expect(untimed({ ...mine.at(-1) })).toEqual({
          ...untimed(whole),
          content: '',
          tokens: [],
          generation_settings: { ...whole.generation_settings, stream: true },
          completion_probabilities: undefined,
        });
      }
    },
  );

  it("each event is one data line with a JSON object and the slot's id", async () => {
    const response = await testServer().post('/completion', { prompt: PROMPT, n_predict: 2, stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const lines = (await response.text()).split('\n\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(3);
    const first = JSON.parse((lines[0] ?? '').slice('data: '.length));
    expect(Object.keys(first)).toEqual([
      ...['index', 'content', 'tokens', 'stop', 'id_slot', 'tokens_predicted', 'tokens_evaluated', 'drafted'],
    ]);
    expect(first).toMatchObject({ stop: false, id_slot: 0, tokens_predicted: 1 });
  });

  it("a stream tells the draft's tokens from the target's", async () => {
    const events = await testServer({ draftDisagreement: 0.3 }).stream({
      prompt: PROMPT,
      n_predict: 40,
      ignore_eos: true,
    });
    const drafted = partialsOf(events).filter(event => event.drafted).length;
    const last = events.at(-1);
    expect(drafted).toBeGreaterThan(0);
    expect(last?.timings).toMatchObject({ draft_n_accepted: drafted });
    expect(last?.timings?.draft_n).toBeGreaterThan(drafted);
    expect(partialsOf(events)[0]?.drafted).toBe(false);
  });

  it('a stream reports prompt progress and timings on request', async () => {
    const events = await testServer({ settings: { nBatch: 4 } }).stream({
      prompt: letters('abcdefghij'),
      n_predict: 2,
      ignore_eos: true,
      return_progress: true,
      timings_per_token: true,
    });
    const progress = events.flatMap(event => (event as CompletionPartial).prompt_progress ?? []);
    expect(progress.map(({ processed }) => processed)).toEqual([0, 4, 8, 10]);
    expect(progress[0]).toMatchObject({ total: 10, cache: 0 });
    expect(events.every(event => event.timings !== undefined)).toBe(true);
  });
});

describe('text', () => {
  it('a stop string, which may span tokens, cuts the text and is never streamed', async () => {
    const server = scripted('abc, the end');
    const answer = await server.complete({ prompt: 'p', stop: ['c, t'] });
    expect(answer).toMatchObject({ content: 'ab', stop_type: 'word', stopping_word: 'c, t' });
    const events = await server.stream({ prompt: 'p', stop: ['c, t'] });
    expect(partialsOf(events).map(event => event.content)).toEqual(['a', 'b', '', '', '', '']);
  });

  it('text held back for a stop string comes with the last token when a limit ends the answer', async () => {
    const server = scripted('abc, the end');
    const body = { prompt: 'p', stop: ['c, x'], n_predict: 4 };
    expect((await server.complete(body)).content).toBe('abc,');
    const events = await server.stream(body);
    expect(partialsOf(events).map(event => event.content)).toEqual(['a', 'b', '', 'c,']);
  });

  it('a stream never splits a character', async () => {
    const server = scripted([...letters('a'), ...E_ACUTE, ...letters('b')]);
    const events = await server.stream({ prompt: 'p' });
    expect(partialsOf(events).map(event => event.content)).toEqual(['a', '', 'é', 'b', '']);
    const cut = await server.complete({ prompt: 'p', n_predict: 2 });
    expect(cut.content).toBe('a\uFFFD');
  });

  it('n_indent ends the text at a line with too little indentation', async () => {
    const server = scripted('a\n  b\n c');
    const answer = await server.complete({ prompt: 'p', n_indent: 2 });
    expect(answer).toMatchObject({ content: 'a\n  b\n ', stop_type: 'limit', has_new_line: true });
  });

  it('the text ends at a newline when its time is used up', async () => {
    let now = 0;
    const script = [BOS, ...letters('pa\nb\nc\nd')];
    const target = new ScriptedForwardPass(script, { nSlots: 1 });
    const server = testServer({ target, now: () => (now += 10) });
    const answer = await server.complete({ prompt: 'p', t_max_predict_ms: 25 });
    expect(answer).toMatchObject({ content: 'a\nb\n', stop_type: 'limit' });
  });

  it('an ignored end-of-generation token does not end the text', async () => {
    const answer = await testServer().complete({ prompt: PROMPT, n_predict: 100, ignore_eos: true });
    expect(answer.tokens_predicted).toBe(100);
    expect(answer.generation_settings.logit_bias).toEqual([{ bias: null, token: EOS }]);
  });
});

describe('probabilities', () => {
  it('probabilities are those of the raw distribution, one item per token, drafted tokens included', async () => {
    const server = testServer({ draftDisagreement: 0 });
    const body = { prompt: PROMPT, n_predict: 6, n_probs: 3, ignore_eos: true };
    const { completion_probabilities: items = [] } = await server.complete(body);
    expect(items).toHaveLength(6);
    for (const item of items) {
      if (!('logprob' in item)) throw new Error('not a logprob');
      expect(Object.keys(item)).toEqual(['id', 'token', 'bytes', 'logprob', 'top_logprobs']);
      expect(item.top_logprobs).toHaveLength(3);
      expect(item.logprob).toBeLessThan(0);
    }
    const plain = await testServer().complete(body);
    expect(items).toEqual(plain.completion_probabilities);
  });

  it('post-sampling probabilities are those of the remaining tokens: 1 for greedy sampling', async () => {
    const answer = await testServer().complete({
      prompt: PROMPT,
      n_predict: 1,
      n_probs: 3,
      post_sampling_probs: true,
    });
    expect(answer.completion_probabilities).toMatchObject([{ prob: 1, top_probs: [{ prob: 1 }] }]);
  });

  it('n_probs is limited to the size of the vocabulary', async () => {
    const answer = await testServer().complete({ prompt: PROMPT, n_predict: 1, n_probs: 1e9 });
    const [item] = answer.completion_probabilities ?? [];
    expect(item && 'top_logprobs' in item && item.top_logprobs.length).toBe(tokenizer.nVocab);
  });

  it('tokens of the stop string have no probabilities', async () => {
    const answer = await scripted('abcd').complete({ prompt: 'p', stop: 'cd', n_probs: 1 });
    expect(answer.completion_probabilities?.map(({ token }) => token)).toEqual(['a', 'b']);
  });
});

describe('parameters', () => {
  it("penalties apply to the prompt's tokens too", async () => {
    const server = scripted('pp');
    expect((await server.complete({ prompt: 'p' })).content).toBe('pp');
    const penalised = await server.complete({ prompt: 'p', presence_penalty: 30, n_predict: 1 });
    expect(penalised.content).not.toBe('p');
  });

  it('each request without a seed draws a new one, and the response shows the requested seed', async () => {
    const seeds = [1, 2, 1];
    const server = testServer({ randomSeed: () => seeds.shift() ?? 0 });
    const body = { prompt: PROMPT, n_predict: 20, temperature: 1.5, ignore_eos: true };
    const answers = [await server.complete(body), await server.complete(body), await server.complete(body)];
    const [a, b, c] = answers.map(({ content }) => content);
    expect(a).toBe(c);
    expect(a).not.toBe(b);
    expect(answers[0]?.generation_settings.seed).toBe(2 ** 32 - 1);
    const seeded = await server.complete({ ...body, seed: 1 });
    expect(seeded.content).toBe(a);
  });

  it('a draft ends at n_predict', async () => {
    const body = { prompt: PROMPT, n_predict: 4, draft_max: 8, ignore_eos: true };
    const { timings } = await testServer({ draftDisagreement: 0 }).complete(body);
    expect(timings).toMatchObject({ predicted_n: 4, draft_n: 2, draft_n_accepted: 2 });
  });

  it.each([
    { name: 'dotted', extra: { 'speculative.n_max': 0 } },
    { name: 'nested', extra: { speculative: { n_max: 0 } } },
    { name: 'old', extra: { draft_max: 0 } },
    { name: 'a least length above the longest', extra: { draft_min: 5, draft_max: 4 } },
  ])('speculation can be turned off for one request: $name', async ({ extra }) => {
    const server = testServer({ draftDisagreement: 0 });
    const body = { prompt: PROMPT, n_predict: 20, ignore_eos: true };
    expect((await server.complete(body)).timings.draft_n).toBeGreaterThan(0);
    expect((await server.complete({ ...body, ...extra })).timings.draft_n).toBeUndefined();
  });
});

describe('several choices', () => {
  const sampling = { n_predict: 6, temperature: 1.5, top_k: 0, top_p: 1, min_p: 0, ignore_eos: true };

  it('choices come prompt by prompt, each with the next seed', async () => {
    const server = testServer({ nSlots: 3 });
    const request = { prompt: ['ab', 'xyz'], ...sampling, seed: 7, n_cmpl: 3 };
    const results: CompletionResponse[] = await (await server.post('/completion', request)).json();
    const alone = await Promise.all(
      ['ab', 'xyz'].flatMap(prompt =>
        [7, 8, 9].map(seed => server.complete({ prompt, ...sampling, seed, n_cmpl: 1 })),
      ),
    );
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(results.map(({ content }) => content)).toEqual(alone.map(({ content }) => content));
    expect(new Set(results.map(({ content }) => content)).size).toBe(6);
  });

  it('without a seed each choice draws its own', async () => {
    let seed = 0;
    const server = testServer({ nSlots: 2, randomSeed: () => seed++ });
    const request = { prompt: 'ab', ...sampling, n: 2 };
    const results: CompletionResponse[] = await (await server.post('/completion', request)).json();
    expect(results[0].content).not.toBe(results[1].content);
  });
});
