import { describe, expect, it } from 'vitest';
import { createApiKeyCheck } from './apiKeys.ts';

const KEYS = ['first-key', 'second key'];

function check(path: string, headers: Record<string, string>, keys: readonly string[] = KEYS): Promise<void> {
  return createApiKeyCheck(keys)(new Request(`http://foretoken.invalid${path}`, { headers }));
}

describe('the check of API keys', () => {
  it.each([
    ['/props', { authorization: 'Bearer first-key' }],
    ['/props', { authorization: 'Bearer second key' }],
    ['/props', { authorization: 'bearer first-key' }],
    ['/props', { authorization: 'BEARER first-key' }],
    ['/props', { authorization: 'bEaReR second key' }],
    ['/props', { authorization: 'Bearer   first-key' }],
    ['/props', { authorization: 'first-key' }],
    ['/props', { 'x-api-key': 'first-key' }],
    ['/props', { authorization: '', 'x-api-key': 'first-key' }],
    ['/health', {}],
    ['/v1/health?x', {}],
  ])('the request to %s passes with %j', async (path, headers) => {
    await expect(check(path, headers)).resolves.toBeUndefined();
  });

  it.each([
    ['/props', {}],
    ['/v1/models', { authorization: 'Bearer first-ke' }],
    ['/v1/models', { authorization: 'Bearer first-key2' }],
    ['/v1/models', { authorization: 'Bearer ' }],
    ['/completion', { authorization: 'Bearer wrong', 'x-api-key': 'first-key' }],
    ['/completion', { authorization: 'Basic first-key' }],
    ['/completion', { authorization: 'bearerfirst-key' }],
    ['/completion', { authorization: 'bearer FIRST-KEY' }],
    ['/completion', { authorization: 'bearer bearer first-key' }],
    ['/nothing', {}],
    ['/healthy', {}],
  ])('the request to %s is refused with %j', async (path, headers) => {
    await expect(check(path, headers)).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
      type: 'authentication_error',
      message: 'Invalid API Key',
    });
  });

  it('every request passes if there are no keys', async () => {
    await expect(check('/props', {}, [])).resolves.toBeUndefined();
  });
});
