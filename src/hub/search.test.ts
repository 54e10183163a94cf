import { expect, it } from 'vitest';
import { openHub } from './hub.ts';
import { searchModels } from './search.ts';

const FOUND = [
  {
    id: 'org/a-GGUF',
    downloads: 5,
    likes: 2,
    gated: false,
    gguf: { total: 1_000_000_000, architecture: 'llama' },
  },
  { id: 'org/b-GGUF', gated: 'manual' },
  { modelId: 'not/one' },
];

it('a search asks for GGUF repositories with these words, most downloaded first, and reads what is known of them', async () => {
  const asked: URL[] = [];
  const fetch: typeof globalThis.fetch = async input => {
    asked.push(new URL(String(input)));
    return Response.json(FOUND);
  };
  const found = await searchModels(openHub({ endpoint: 'https://hub.test', fetch }), 'a b');
  expect(Object.fromEntries(asked[0].searchParams)).toMatchObject({
    search: 'a b',
    filter: 'gguf',
    sort: 'downloads',
  });
  expect(found).toEqual([
    {
      name: 'org/a-GGUF',
      downloads: 5,
      likes: 2,
      isGated: false,
      architecture: 'llama',
      nParams: 1_000_000_000,
    },
    { name: 'org/b-GGUF', downloads: 0, likes: 0, isGated: true, architecture: null, nParams: null },
  ]);
});

it.each([
  [429, /wait a few minutes/],
  [500, /try again later/],
])(
  'a search that the Hub answers with %s is an error with the status and what to do',
  async (status, message) => {
    const hub = openHub({ endpoint: 'https://hub.test', fetch: async () => new Response(null, { status }) });
    await expect(searchModels(hub, 'a')).rejects.toMatchObject({
      code: 'fetch_failed',
      details: { status },
      message: expect.stringMatching(message),
    });
  },
);
