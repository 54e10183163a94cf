import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../protocol/options.ts';
import { completionFields } from '../params/completionFields.ts';
import { tokenizer } from '../testing/testServer.ts';
import { readFields } from './fields.ts';
import type { JsonObject } from './json.ts';

const read = (body: JsonObject, settings = {}) =>
  readFields(completionFields(withDefaults(settings), tokenizer, 2), body);
const idOf = (text: string) => tokenizer.tokenOf(text) ?? -1;

describe('reading request fields', () => {
  it.each<{ body: JsonObject; expected: object }>([
    { body: { n_predict: 2.7 }, expected: { nPredict: 2 } },
    { body: { n_predict: -0.5 }, expected: { nPredict: 0 } },
    { body: { n_predict: true }, expected: { nPredict: 1 } },
    { body: { n_predict: null, max_tokens: 5 }, expected: { nPredict: 5 } },
    { body: { max_tokens: 5, max_completion_tokens: 6 }, expected: { nPredict: 6 } },
    { body: { n: 2 }, expected: { nCmpl: 2 } },
    { body: { n_cmpl: 1, n: 2 }, expected: { nCmpl: 1 } },
    { body: { temperature: -1 }, expected: { temperature: 0 } },
    { body: { top_p: 7, min_p: -1, top_k: -3 }, expected: { topP: 1, minP: 0, topK: 0 } },
    { body: { top_p: 1e39, xtc_threshold: -1e39 }, expected: { topP: 1, xtcThreshold: 0 } },
    { body: { mirostat: 9 }, expected: { mirostat: 2 } },
    { body: { dry_base: 0.5 }, expected: { dryBase: 0.5 } },
    { body: { id_slot: 'x', response_fields: 'content' }, expected: { idSlot: -1, responseFields: [] } },
    { body: { 'speculative.n_max': 7 }, expected: { draftMax: 7 } },
    {
      body: { speculative: { n_max: 7, n_min: 2, p_min: 0.5 } },
      expected: { draftMax: 7, draftMin: 2, draftPMin: 0.5 },
    },
    { body: { speculative: { draft_max: 7 } }, expected: { draftMax: 7 } },
    { body: { draft_max: 7, draft_p_min: 1 }, expected: { draftMax: 7, draftPMin: 1 } },
    { body: { speculative: 5 }, expected: { draftMax: 3 } },
    { body: { stop: 'x' }, expected: { stop: ['x'] } },
    { body: { stop: ['x', ''] }, expected: { stop: ['x'] } },
    { body: { stop: 5 }, expected: { stop: [] } },
    { body: { stop: null }, expected: { stop: [] } },
    { body: { stop: [null, 'q'] }, expected: { stop: ['q'] } },
    { body: { stop: [{}] }, expected: { stop: [] } },
    { body: { stop: [[], 'a', {}, null, '', 'b'] }, expected: { stop: ['a', 'b'] } },
    {
      body: { samplers: ['Top-K', 'nucleus', 'temp', 'no such', 3] },
      expected: { samplers: ['top_k', 'top_p', 'temperature'] },
    },
    { body: { samplers: 'kz?t' }, expected: { samplers: ['top_k', 'temperature'] } },
    { body: { samplers: [] }, expected: { samplers: [] } },
    { body: { grammar: '', lora: [{ id: 7, scale: 0.5 }] }, expected: { grammar: '', jsonSchema: '' } },
    { body: { grammar: 5 }, expected: { grammar: '' } },
    { body: { grammar: 'root ::= "a"' }, expected: { grammar: 'root ::= "a"' } },
    {
      body: { json_schema: { const: 1 } },
      expected: { jsonSchema: expect.stringContaining('root ::= ("1") space') },
    },
    { body: { constructor: 1, __proto__: { stream: true } }, expected: { stream: false } },
  ])('the fields of $body are read', ({ body, expected }) => {
    expect(read(body)).toMatchObject(expected);
  });

  it.each<{ bias: unknown; expected: unknown[] }>([
    {
      bias: [[7, 1.5], [7, false], [7, true], [7], 'x', [-1, 1], [999, 1]],
      expected: [
        [7, 1.5],
        [7, -Infinity],
      ],
    },
    { bias: [['ab', 2]], expected: [[idOf('ab'), 2]] },
    { bias: [['7', 2]], expected: [[idOf('<unk>'), 2]] },
    {
      bias: { 7: -1, ac: 1, 999: 1 },
      expected: [
        [7, -1],
        [idOf('a'), 1],
        [idOf('c'), 1],
      ],
    },
    { bias: 5, expected: [] },
  ])('logit_bias $bias is read', ({ bias, expected }) => {
    const pairs = read({ logit_bias: bias }).logitBias.map(({ token, bias: value }) => [token, value]);
    expect(pairs).toEqual(expected);
  });

  it("the server's defaults apply", () => {
    const settings = { temperature: 0.1, seed: 9, cachePrompt: false, draftMax: 8, draftMin: 1, pMin: 0.25 };
    expect(read({}, settings)).toMatchObject({
      ...{ temperature: 0.1, seed: 9, cachePrompt: false },
      ...{ draftMax: 8, draftMin: 1, draftPMin: 0.25, nPredict: -1 },
    });
  });

  it.each([
    [{ n_predict: -2 }, "Field 'n_predict': Value must be between -1 <= value <= 2147483647, but got -2"],
    [
      { max_tokens: 1e12 },
      "Field 'max_tokens': Value must be between -1 <= value <= 2147483647, but got 1000000000000",
    ],
    [{ stream: 1 }, "Field 'stream': [json.exception.type_error.302] type must be boolean, but is number"],
    [{ top_k: 'x' }, "Field 'top_k': [json.exception.type_error.302] type must be number, but is string"],
    [
      { temperature: [] },
      "Field 'temperature': [json.exception.type_error.302] type must be number, but is array",
    ],
    [
      { t_max_predict_ms: true },
      "Field 't_max_predict_ms': [json.exception.type_error.302] type must be number, but is boolean",
    ],
    [
      { adaptive_decay: 1 },
      "Field 'adaptive_decay': Value must be between 0.000000 <= value <= 0.990000, but got 1.000000",
    ],
    [
      { repeat_last_n: -1 },
      "Field 'repeat_last_n': Value must be between 0 <= value <= 2147483647, but got -1",
    ],
    [{ temperature: 1e39 }, "Field 'temperature': the number is too large"],
    [{ frequency_penalty: -1e39 }, "Field 'frequency_penalty': the number is too large"],
    [{ stop: ['a', 5] }, "Field 'stop': every stop string must be a string, but element 1 is number"],
    [{ stop: [true] }, "Field 'stop': every stop string must be a string, but element 0 is boolean"],
    [{ stop: [['a']] }, "Field 'stop': every stop string must be a string, but element 0 is array"],
    [{ stop: [{ a: 1 }] }, "Field 'stop': every stop string must be a string, but element 0 is object"],
    [{ n: 3 }, "Field 'n': Value must be between 1 <= value <= 2, but got 3"],
    [
      { speculative: { n_max: -1 } },
      "Field 'speculative.n_max': Value must be between 0 <= value <= 2147483647, but got -1",
    ],
    [
      { dry_sequence_breakers: [] },
      "Field 'dry_sequence_breakers': Error: dry_sequence_breakers must be a non-empty array of strings",
    ],
    [
      { json_schema: 123 },
      'Field \'json_schema\': "json_schema": JSON schema conversion failed:\nJSON schema error at #: schema must be an object or a boolean',
    ],
    [{ lora: {} }, "Field 'lora': Error: 'lora' must be an array of objects with 'id' and 'scale' fields"],
    [
      { stream: 1, n_predict: -2 },
      "Field 'stream': [json.exception.type_error.302] type must be boolean, but is number",
    ],
  ])('a faulty field is refused: %j', (body, message) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', message }));
  });

  it.each([{ samplers: ['adaptive_p'] }, { samplers: 'i' }])(
    'an unsupported sampler is refused: %j',
    body => {
      expect(() => read(body)).toThrow(
        expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining("'samplers'") }),
      );
    },
  );
});
