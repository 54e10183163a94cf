import { expect, it } from 'vitest';
import { testServer } from '../../testing/testServer.ts';

/** Request as llama.cpp's `speed_bench.py` sends it for the second turn of a sample. */
const REQUEST = {
  messages: [
    { role: 'user', content: 'ab' },
    { role: 'assistant', content: 'c' },
    { role: 'user', content: 'ab' },
  ],
  max_tokens: 12,
  stream: false,
  model: 'any',
  temperature: 0,
};

it("an answer has every field that llama.cpp's speed-bench reads", async () => {
  const server = testServer({
    draftDisagreement: 0.3,
    settings: { chatTemplate: '{% for m in messages %}{{ m.content }}{% endfor %}' },
  });
  const response = await server.post('/v1/chat/completions', REQUEST);
  expect(response.status).toBe(200);
  const number = expect.any(Number);
  expect(await response.json()).toMatchObject({
    choices: [
      { finish_reason: expect.stringMatching(/^(stop|length)$/), message: { content: expect.any(String) } },
    ],
    usage: { prompt_tokens: number, completion_tokens: number, total_tokens: number },
    timings: {
      draft_n: number,
      draft_n_accepted: number,
      prompt_n: number,
      prompt_ms: number,
      prompt_per_second: number,
      predicted_n: number,
      predicted_ms: number,
      predicted_per_second: number,
    },
  });
});
