import { describe, expect, it, vi } from 'vitest';
import { BOS, letters, tokenizer } from '../testing/testServer.ts';
import { tokenizePrompts } from './prompt.ts';

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
  ])('the prompt $prompt is tokenized', ({ prompt, expected }) => {
    expect(tokenizePrompts({ prompt }, tokenizer)).toEqual(expected);
  });

  it.each([5, {}, [1.5], [true], [[1.5]], [1, [2]], [1, null], { prompt_string: 5 }])(
    'the prompt is refused: %j',
    prompt => {
      expect(() => tokenizePrompts({ prompt }, tokenizer)).toThrow(/^"prompt" elements must be a string/);
    },
  );

  it.each([
    { body: {}, message: /key 'prompt' not found/ },
    { body: { prompt: null }, message: /key 'prompt' not found/ },
    { body: { prompt: [] }, message: /^"prompt" must not be empty/ },
    { body: { prompt: { prompt_string: 'a', multimodal_data: [] } }, message: /^Multimodal data provided/ },
  ])('the request is refused: $body', ({ body, message }) => {
    expect(() => tokenizePrompts(body, tokenizer)).toThrow(message);
  });
});

describe('a text that cannot fit', () => {
  const text = 'ab the '.repeat(1000);

  it.each([[text], [[text]], [[1, text]], [{ prompt_string: text }]])(
    'the text is refused before it is tokenized',
    prompt => {
      const encode = vi.spyOn(tokenizer, 'encode');
      expect(() => tokenizePrompts({ prompt }, tokenizer, 100)).toThrow('exceeds the available context size');
      expect(encode).not.toHaveBeenCalled();
      encode.mockRestore();
    },
  );

  it.each(['', 'a', 'ab the the', '<s>      a', 'é'.repeat(50), text])(
    'a text that fits is never refused: %j',
    prompt => {
      const [tokens] = tokenizePrompts({ prompt }, tokenizer);
      expect(tokenizer.leastTokens(prompt)).toBeLessThanOrEqual(tokens.length);
    },
  );
});
