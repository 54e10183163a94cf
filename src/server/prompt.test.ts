import { describe, expect, it } from 'vitest';
import { tokenizePrompts } from './prompt.ts';
import { BOS, letters, tokenizer } from './testServer.ts';

const [a = 0, b = 0] = letters('ab'.split('').join(''));

describe('prompt shapes', () => {
  it.each([
    { prompt: 'a', expected: [[BOS, a]] },
    { prompt: '', expected: [[BOS]] },
    { prompt: '<s>a', expected: [[BOS, BOS, a]] },
    { prompt: [a, b], expected: [[a, b]] },
    { prompt: [-1, 999], expected: [[-1, 999]] },
    { prompt: ['a', b, 'a'], expected: [[BOS, a, b, a]] },
    { prompt: [b, 'a'], expected: [[b, a]] },
    {
      prompt: ['a', 'b'],
      expected: [
        [BOS, a],
        [BOS, b],
      ],
    },
    {
      prompt: [[a, b], 'a', ['b', a]],
      expected: [
        [a, b],
        [BOS, a],
        [BOS, b, a],
      ],
    },
    { prompt: [[]], expected: [[]] },
    { prompt: { prompt_string: 'a' }, expected: [[BOS, a]] },
    {
      prompt: [{ prompt_string: 'a' }, 'b'],
      expected: [
        [BOS, a],
        [BOS, b],
      ],
    },
  ])('$prompt', ({ prompt, expected }) => {
    expect(tokenizePrompts({ prompt }, tokenizer)).toEqual(expected);
  });

  it.each([null, 5, {}, [1.5], [true], [[1.5]], [1, [2]], [1, null], { prompt_string: 5 }])(
    'refuses %j',
    prompt => {
      expect(() => tokenizePrompts({ prompt }, tokenizer)).toThrow(/^"prompt" elements must be a string/);
    },
  );

  it.each([
    { body: {}, message: /key 'prompt' not found/ },
    { body: { prompt: [] }, message: /^"prompt" must not be empty/ },
    { body: { prompt: { prompt_string: 'a', multimodal_data: [] } }, message: /^Multimodal data provided/ },
  ])('refuses $body', ({ body, message }) => {
    expect(() => tokenizePrompts(body, tokenizer)).toThrow(message);
  });
});
