import { expect, it } from 'vitest';
import { completionRequest } from './request.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

it('turns speculation off by a maximum of 0', () => {
  expect(completionRequest('a', { ...DEFAULT_SETTINGS, speculation: false }).speculative).toMatchObject({
    n_max: 0,
    n_min: 0,
  });
});

it('never asks for a minimum above the maximum', () => {
  const request = completionRequest('a', { ...DEFAULT_SETTINGS, draftMin: 9, draftMax: 4 });
  expect(request.speculative).toMatchObject({ n_max: 4, n_min: 4 });
});

it('streams, with the prompt and the sampling settings under llama-server’s names', () => {
  expect(completionRequest('a', { ...DEFAULT_SETTINGS, topK: 5, nPredict: 7 })).toMatchObject({
    prompt: 'a',
    stream: true,
    top_k: 5,
    n_predict: 7,
  });
});
