import { expect, it } from 'vitest';
import { isHostAllowed } from './address.ts';

it.each([
  { host: '127.0.0.1', given: 'localhost:8080', allowed: true },
  { host: '127.0.0.1', given: '127.0.0.1', allowed: true },
  { host: '::1', given: '[::1]:8080', allowed: true },
  // Another loopback address, under which its own tab connects.
  { host: '127.0.0.2', given: '127.0.0.2:8080', allowed: true },
  { host: '127.0.0.1', given: 'evil.example', allowed: false },
  { host: '127.0.0.1', given: '127.0.0.1.evil.example', allowed: false },
  { host: '127.0.0.1', given: '127.evil.example', allowed: false },
  { host: '127.0.0.1', given: undefined, allowed: false },
  // Other spellings of loopback.
  { host: 'LocalHost', given: 'evil.example', allowed: false },
  { host: '0:0:0:0:0:0:0:1', given: 'evil.example', allowed: false },
  { host: '::0001', given: 'evil.example', allowed: false },
  { host: '0.0.0.0', given: 'nas.example', allowed: true },
  { host: '::', given: 'nas.example', allowed: true },
  { host: '1::1', given: 'nas.example', allowed: true },
])('a server on $host that is called $given: $allowed', ({ host, given, allowed }) => {
  expect(isHostAllowed(given, host)).toBe(allowed);
});
