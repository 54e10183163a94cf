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

  it('lists methods and headers only in preflight responses', () => {
    const asked = headers({}, 'https://a.example', true);
    expect(asked).toMatchObject({
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'X-One',
    });
    const answered = Object.keys(headers({}, 'https://a.example'));
    expect(answered).not.toContain('Access-Control-Allow-Methods');
    expect(answered).not.toContain('Access-Control-Allow-Headers');
  });

  it.each([
    { origins: '*', origin: 'https://a.example', credentials: true, allowed: 'true' },
    { origins: '*', origin: 'null', credentials: true, allowed: 'true' },
    { origins: '*', origin: 'https://a.example', credentials: false, allowed: undefined },
    { origins: 'localhost', origin: 'http://localhost:3000', credentials: true, allowed: 'true' },
    { origins: 'localhost', origin: 'http://localhost:3000', credentials: false, allowed: undefined },
    { origins: 'localhost', origin: 'https://a.example', credentials: true, allowed: undefined },
    { origins: 'https://a.example', origin: 'https://a.example', credentials: true, allowed: 'true' },
    { origins: 'https://a.example', origin: 'https://a.example', credentials: false, allowed: undefined },
  ])(
    'with $origins and credentials $credentials, a page of $origin reads $allowed in every answer',
    ({ origins, origin, credentials, allowed }) => {
      for (const isPreflight of [false, true]) {
        const told = headers({ origins, credentials }, origin, isPreflight);
        expect(told['Access-Control-Allow-Credentials']).toBe(allowed);
        // With credentials, browsers do not accept `*`.
        if (allowed) expect(told[ORIGIN]).toBe(origin);
      }
    },
  );
});
