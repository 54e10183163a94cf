import { expect, it } from 'vitest';
import {
  accessFault,
  type HubAccess,
  hubPage,
  loadAccess,
  PUBLIC_HUB,
  saveAccess,
  storeAccess,
  tidyAccess,
  withEndpoint,
} from './access.ts';

const MIRROR: HubAccess = { endpoint: 'https://hub.example', token: 'hf_secret', isRemembered: true };

/** Storage in memory. */
function memory() {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
  return { items, storage: () => storage as unknown as Storage };
}

it('the options name only what differs from the public Hub', () => {
  expect(storeAccess(PUBLIC_HUB)).toEqual({});
  expect(storeAccess(MIRROR)).toEqual({ hfEndpoint: 'https://hub.example', hfToken: 'hf_secret' });
  expect(hubPage(PUBLIC_HUB, 'a/b')).toBe('https://huggingface.co/a/b');
  expect(hubPage(MIRROR, 'a/b')).toBe('https://hub.example/a/b');
});

it('a token is not taken along to another endpoint', () => {
  expect(withEndpoint(MIRROR, 'https://other.example').token).toBe('');
  expect(withEndpoint(MIRROR, MIRROR.endpoint).token).toBe('hf_secret');
});

it.each([
  ['', ''],
  [' https://huggingface.co/ ', ''],
  ['hub.example/', 'https://hub.example'],
  ['http://localhost:8080', 'http://localhost:8080'],
])('%j is taken as the endpoint %j', (typed, endpoint) => {
  expect(tidyAccess({ ...MIRROR, endpoint: typed }).endpoint).toBe(endpoint);
});

it.each([
  ['', 'hf_a', null],
  ['https://hub.example/path', '', null],
  ['http://localhost:8080', '', null],
  ['http://hub.example', '', /only on this machine/],
  ['file:///hub', '', /https addresses/],
  ['https://', '', /no address/],
  ['https://user:word@hub.example', '', /no address/],
  ['https://hub.example?a', '', /no address/],
  ['', 'hf_a\nb', /Copy it again/],
])('the endpoint %j with the token %j has the fault %s', (endpoint, token, fault) => {
  const found = accessFault({ endpoint, token, isRemembered: false });
  if (fault === null) expect(found).toBeNull();
  else expect(found).toMatch(fault);
});

it('an access is stored only while the user wants it, and read as it was', () => {
  const { items, storage } = memory();
  saveAccess(storage, { ...MIRROR, isRemembered: false });
  expect(items.size).toBe(0);
  saveAccess(storage, MIRROR);
  expect(loadAccess(storage)).toEqual(MIRROR);
  saveAccess(storage, { ...MIRROR, isRemembered: false });
  expect(items.size).toBe(0);
});

it.each(['{', '7', '{"endpoint":"x"}', '{"endpoint":"http://hub.example","token":"a"}'])(
  'of the stored text %s nothing is taken',
  text => {
    const { items, storage } = memory();
    items.set('foretoken.hub', text);
    expect(loadAccess(storage)).toEqual(PUBLIC_HUB);
  },
);

it('without a storage there is the public Hub, and saving is no fault', () => {
  const none = () => {
    throw new Error('denied');
  };
  expect(loadAccess(none)).toEqual(PUBLIC_HUB);
  expect(() => saveAccess(none, MIRROR)).not.toThrow();
});
