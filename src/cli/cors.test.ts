import { describe, expect, it } from 'vitest';
import { type CorsPolicy, corsHeaders } from './cors.ts';

const POLICY: CorsPolicy = { origins: '*', methods: 'GET, POST', headers: 'X-One', credentials: true };
const ORIGIN = 'Access-Control-Allow-Origin';

function headers(policy: Partial<CorsPolicy>, origin: string | undefined, isPreflight = false) {
  return Object.fromEntries(corsHeaders({ ...POLICY, ...policy }, origin, isPreflight));
}

describe('corsHeaders', () => {
  it.each([
    ['*', 'https://a.example', 'https://a.example'],
    ['*', undefined, ''],
    ['localhost', 'http://localhost:3000', 'http://localhost:3000'],
    ['localhost', 'https://127.0.0.1', 'https://127.0.0.1'],
    ['localhost', 'http://[::1]:8080', 'http://[::1]:8080'],
    ['localhost', 'http://localhost.evil.example', undefined],
    ['localhost', 'http://evil.example/localhost', undefined],
    ['localhost', undefined, undefined],
    ['https://b.example', 'https://a.example', 'https://b.example'],
  ])('with %s tells a page of %s: %s', (origins, origin, allowed) => {
    expect(headers({ origins }, origin)[ORIGIN]).toBe(allowed);
  });

  it('says what a page may do only when asked for it', () => {
    expect(Object.keys(headers({}, 'https://a.example'))).toEqual([ORIGIN, 'Vary']);
    expect(headers({}, 'https://a.example', true)).toMatchObject({
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'X-One',
      'Access-Control-Allow-Credentials': 'true',
    });
  });

  it('leaves credentials out where they are not wanted', () => {
    const names = Object.keys(headers({ credentials: false }, 'https://a.example', true));
    expect(names).not.toContain('Access-Control-Allow-Credentials');
  });
});
