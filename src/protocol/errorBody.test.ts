import { describe, expect, it } from 'vitest';
import { type ErrorCode, ForetokenError } from '../util/errors.ts';
import { errorBodyAt } from './errorBody.ts';

describe('an error', () => {
  it.each([
    '/v1/chat/completions',
    '/v1/responses',
    '/completion',
    '/v1/message',
    '/v1/messagesx',
    '/messages',
    '/',
  ])("at %s has llama-server's shape", path => {
    const error = { code: 503, message: 'Loading model', type: 'unavailable_error' };
    expect(errorBodyAt(path, new ForetokenError('loading', 'Loading model'))).toEqual({ error });
  });

  it.each(['/v1/messages', '/v1/messages/count_tokens', '/v1/messages/batches'])(
    "at %s has Anthropic's",
    path => {
      const error = { type: 'overloaded_error', message: 'Loading model' };
      expect(errorBodyAt(path, new ForetokenError('loading', 'Loading model'))).toEqual({
        type: 'error',
        error,
      });
    },
  );

  it.each<[ErrorCode, string]>([
    ['invalid_request', 'invalid_request_error'],
    ['invalid_json', 'invalid_request_error'],
    ['context_exceeded', 'invalid_request_error'],
    ['unauthorized', 'authentication_error'],
    ['not_found', 'not_found_error'],
    ['closed', 'overloaded_error'],
    ['no_slot', 'overloaded_error'],
    ['not_supported', 'api_error'],
    ['cache_full', 'api_error'],
    ['aborted', 'api_error'],
    ['internal', 'api_error'],
  ])("%s is Anthropic's %s", (code, type) => {
    expect(errorBodyAt('/v1/messages', new ForetokenError(code, 'why'))).toMatchObject({ error: { type } });
  });

  it('says in the words that agents look for that a prompt does not fit', () => {
    const error = new ForetokenError('context_exceeded', 'increase it', { n_prompt_tokens: 9, n_ctx: 8 });
    expect(errorBodyAt('/v1/messages', error)).toMatchObject({
      error: { message: 'prompt is too long: 9 tokens > 8 maximum; increase it' },
    });
    expect(errorBodyAt('/v1/responses', error)).toMatchObject({ error: { n_prompt_tokens: 9, n_ctx: 8 } });
  });
});
