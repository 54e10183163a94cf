import { describe, expect, it } from 'vitest';
import { FakeForwardPass } from '../../engine/fakeForwardPass.ts';
import { createTokenizer } from '../../tokenizer/index.ts';
import { toyVocabulary } from '../../tokenizer/toyVocabulary.ts';
import { errorOf, testServer } from '../testing/testServer.ts';

const fimTokenizer = createTokenizer(
  toyVocabulary(
    [
      ['<PRE>', 0, 'control'],
      ['<SUF>', 0, 'control'],
      ['<MID>', 0, 'control'],
    ],
    { addSpacePrefix: false },
  ),
);

function fimServer() {
  return testServer({
    tokenizer: fimTokenizer,
    target: new FakeForwardPass({ nVocab: fimTokenizer.nVocab }),
    settings: { nPredict: 4 },
  });
}

const BODY = { input_prefix: 'ab', input_suffix: 'yz' };

describe('POST /infill', () => {
  it('the answer equals that of /completion with the infill prompt', async () => {
    const server = fimServer();
    const response = await server.post('/infill', {
      ...BODY,
      // Special tokens are recognised in the prompt only.
      input_suffix: '<MID>',
      prompt: 'c</s>',
      return_tokens: true,
    });
    const answer = await response.json();
    expect(answer.prompt).toBe('<s><PRE>abc</s><SUF><MID><MID>');
    expect(answer.tokens_evaluated).toBe(13);
    expect(answer.tokens.length).toBeGreaterThan(0);
    const { prompt: _, ...rest } = answer;
    expect(rest).toMatchObject({ stop: true, index: 0 });
  });

  it.each([5, ['c'], null])('a prompt that is not a text counts as absent: %j', async prompt => {
    const response = await fimServer().post('/infill', { ...BODY, prompt });
    expect((await response.json()).prompt).toBe('<s><PRE>ab<SUF>yz<MID>');
  });

  it('a model without infill tokens is refused', async () => {
    const error = await errorOf(await testServer().post('/infill', BODY));
    expect(error).toEqual({
      code: 501,
      type: 'not_supported_error',
      message:
        'Infill is not supported by this model: prefix token is missing. suffix token is missing. middle token is missing. ',
    });
  });

  it.each([
    { body: { ...BODY, input_extra: {} }, code: 400, message: '"input_extra" must be an array' },
    ...[{}, { filename: 'ok' }, { filename: 1, text: 2 }, 'text', null].map(chunk => ({
      body: { ...BODY, input_extra: [chunk] },
      code: 400,
      message: 'chunk must contain a "text" field',
    })),
    {
      body: { ...BODY, input_extra: [{ filename: 123, text: 'abc' }] },
      code: 400,
      message: '"filename" field must be a string',
    },
    { body: { input_suffix: 'yz' }, code: 400, message: "key 'input_prefix' not found" },
    { body: { input_prefix: 'ab' }, code: 400, message: "key 'input_suffix' not found" },
    { body: { ...BODY, input_prefix: 5 }, code: 400, message: '"input_prefix" must be a string' },
    { body: { ...BODY, stream: 1 }, code: 400, message: "Field 'stream'" },
  ])('a faulty request is refused: $body', async ({ body, code, message }) => {
    const error = await errorOf(await fimServer().post('/infill', body));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
