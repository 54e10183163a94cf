import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, FakeHub } from '../cli/hub/fakeHub.ts';
import { openHub } from './hub.ts';
import { resolveHubModel } from './resolve.ts';

const PARTS = ['sub dir/s-Q4_0-00001-of-00002.gguf', 'sub dir/s-Q4_0-00002-of-00002.gguf'];
const FILES = {
  'a-F16.gguf': Buffer.from('a'.repeat(1000)),
  'b-Q8_0.gguf': Buffer.from('b'),
  'small.gguf.txt': Buffer.from('c'),
  ...Object.fromEntries(PARTS.map(name => [name, Buffer.from(name)])),
  't-Q5_0-00001-of-00002.gguf': Buffer.from('t'),
};

let hub: FakeHub;

beforeEach(async () => {
  hub = await FakeHub.open(FILES);
});
afterEach(() => hub.close());

const resolve = (repo: string, more: Parameters<typeof resolveHubModel>[1] = {}) =>
  resolveHubModel(repo, { endpoint: hub.endpoint, ...more });

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** Answers requests by their path, without a server. */
function answering(answers: Readonly<Record<string, () => Response>>): typeof fetch {
  return async input => {
    const { pathname, search } = new URL(String(input));
    return answers[pathname + search]?.() ?? new Response(null, { status: 404 });
  };
}

describe('a model of the Hub', () => {
  it('is found with its address at a commit, its size and its digest', async () => {
    expect(await resolve('hf:org/name:F16')).toEqual({
      commit: COMMIT,
      files: [
        {
          url: `${hub.endpoint}/org/name/resolve/${COMMIT}/a-F16.gguf`,
          name: 'a-F16.gguf',
          sizeBytes: 1000,
          sha256: sha256(FILES['a-F16.gguf']),
        },
      ],
    });
    expect(hub.asked).toHaveLength(2);
  });

  it.each(['org/name:q4_0', `hf:org/name/${PARTS[0]}`, `hf:org/name/${PARTS[1].toUpperCase()}`])(
    'has all its parts in order: %s',
    async repo => {
      const { files } = await resolve(repo);
      expect(files.map(({ url }) => url)).toEqual(
        PARTS.map(part => `${hub.endpoint}/org/name/resolve/${COMMIT}/${part.replace(' ', '%20')}`),
      );
      expect(files.map(({ name }) => name)).toEqual(PARTS.map(part => part.slice('sub dir/'.length)));
    },
  );

  it.each([
    ['org/name:Q2_K', 'Q2_K is not in org/name: it has a-F16.gguf, b-Q8_0.gguf, sub dir/'],
    ['org/name/d.gguf', 'd.gguf is not in org/name'],
    ['org/name:Q5_0', 't-Q5_0-00002-of-00002.gguf is not in org/name, but this model of 2 parts'],
    ['org/other', /org\/other on http.*: HTTP 404, it is not there; check the name/],
    ['org', 'org is no repository'],
  ])('is refused in one sentence that says what there is: %s', async (repo, message) => {
    await expect(resolve(repo)).rejects.toThrow(message);
  });

  it('is asked for with the token, and without a token the error says how to give one', async () => {
    hub.faults.token = 'hf_secret';
    await expect(resolve('org/name:F16')).rejects.toMatchObject({
      code: 'fetch_failed',
      message: expect.stringMatching(/^org\/name on http.*HTTP 401.*needs a login.*hfToken/),
    });
    expect((await resolve('org/name:F16', { token: 'hf_secret' })).files).toHaveLength(1);
  });

  it('that is gated says that its terms want to be accepted', async () => {
    const headers = { 'x-error-code': 'GatedRepo' };
    const fetch: typeof globalThis.fetch = async () => new Response(null, { status: 403, headers });
    await expect(resolveHubModel('org/name', { fetch })).rejects.toThrow(
      /org\/name on https:\/\/huggingface\.co\/: HTTP 403, it is gated; accept its terms/,
    );
  });

  it('is found on any page of a long listing', async () => {
    const api = 'https://hub.test/api/models/org/name';
    const entry = (path: string) => ({ type: 'file', path, size: 1, oid: 'a'.repeat(40) });
    const fetch = answering({
      '/api/models/org/name/refs': () =>
        Response.json({ branches: [{ name: 'main', targetCommit: COMMIT }] }),
      [`/api/models/org/name/tree/${COMMIT}?recursive=true`]: () =>
        Response.json([entry('README.md')], { headers: { link: `<${api}/tree/x?cursor=2>; rel="next"` } }),
      '/api/models/org/name/tree/x?cursor=2': () =>
        // A next page elsewhere would be sent the token.
        Response.json([entry('a.gguf')], { headers: { link: '<https://evil.test/>; rel="next"' } }),
    });
    const { files } = await resolveHubModel('org/name', { endpoint: 'https://hub.test', fetch });
    expect(files).toEqual([
      {
        url: `https://hub.test/org/name/resolve/${COMMIT}/a.gguf`,
        name: 'a.gguf',
        sizeBytes: 1,
        sha256: null,
      },
    ]);
  });

  it.each([
    ['no JSON', () => new Response('<html>'), /answers with something else than JSON; check the endpoint/],
    ['no branch', () => Response.json({ branches: [] }), 'has no branch'],
    ['a commit that is a path', () => Response.json({ branches: [{ targetCommit: '../x' }] }), 'no branch'],
    ['a status', () => new Response(null, { status: 503 }), 'HTTP 503; try again later'],
  ])('is refused where the Hub answers with %s', async (_, answer, message) => {
    const fetch = answering({ '/api/models/org/name/refs': answer });
    await expect(resolveHubModel('org/name', { fetch })).rejects.toThrow(message);
  });

  it('is refused with the reason where the Hub does not answer', async () => {
    await hub.close();
    await expect(resolve('org/name')).rejects.toThrow(
      /does not answer \(ECONNREFUSED\); check the connection, and for a page .*Content-Security-Policy/,
    );
    hub = await FakeHub.open(FILES);
  });

  it('is no longer looked for after the signal', async () => {
    const reason = new Error('no more');
    await expect(resolve('org/name', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('entries of a listing', () => {
  it.each([
    ['../x.gguf', 1, 'a'.repeat(64)],
    ['/x.gguf', 1, 'a'.repeat(64)],
    ['a\\x.gguf', 1, 'a'.repeat(64)],
    ['x.gguf', -1, 'a'.repeat(64)],
    ['x.gguf', 1.5, 'a'.repeat(64)],
    ['x.gguf', 1, '../../x'],
  ])('are passed over if they cannot be a file: %j of %d bytes, %s', async (path, size, oid) => {
    const fetch = answering({
      '/api/models/org/name/refs': () =>
        Response.json({ branches: [{ name: 'main', targetCommit: COMMIT }] }),
      [`/api/models/org/name/tree/${COMMIT}?recursive=true`]: () =>
        Response.json([{ type: 'file', path, size, oid }, null, 7]),
    });
    await expect(resolveHubModel('org/name', { fetch })).rejects.toThrow(
      'a model is not in org/name: it has no GGUF file',
    );
  });
});

describe('the token', () => {
  it('goes to the Hub and to nobody else', async () => {
    const seen: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      seen.push(new Headers(init?.headers).get('authorization'));
      return new Response();
    };
    const { fetch: asked } = openHub({ endpoint: 'https://hub.test/', token: 'hf_a', fetch });
    for (const url of [
      'https://hub.test/a',
      'https://hub.test.evil/a',
      'https://elsewhere/https://hub.test/',
    ]) {
      await asked(url);
    }
    expect(seen).toEqual(['Bearer hf_a', null, null]);
  });
});
