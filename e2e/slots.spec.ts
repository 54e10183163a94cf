import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompletionResponse } from '../src/protocol/completion.ts';
import { bundledFile, DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import type { PageServer, Reply } from './fixtures/pageServer.ts';
import { ServeProcess } from './fixtures/serveProcess.ts';
import { expect, test } from './fixtures/test.ts';

const PAIR = { model: MOE_Q4_0, modelDraft: DRAFT_Q4_0, nCtx: 1024, nSlots: 2 } as const;
const STORY = {
  ...{ prompt: 'Once upon a time, a wise old owl', n_predict: 20, temperature: 1, seed: 7 },
  ...{ return_tokens: true, id_slot: 1 },
};
const OTHER = { ...STORY, prompt: 'The little fish wanted to see the sea.' };

type Post = (path: string, body: object) => Promise<Reply>;

async function tell(post: Post, request: object): Promise<CompletionResponse> {
  const { status, body } = await post('/completion', request);
  expect(status).toBe(200);
  return body as CompletionResponse;
}

/** Saves a slot, erases it, restores it in another slot, and expects the same bits as the first time. */
async function expectRestored(post: Post): Promise<void> {
  const first = await tell(post, STORY);
  const nTokens = first.tokens_evaluated + first.tokens_predicted - 1;
  const saved = await post('/slots/1?action=save', { filename: 'owl.bin' });
  expect(saved).toMatchObject({ status: 200, body: { n_saved: nTokens } });
  const erased = await post('/slots/1?action=erase', {});
  expect(erased).toMatchObject({ status: 200, body: { n_erased: nTokens } });
  expect((await tell(post, STORY)).timings.cache_n).toBe(0);

  const restored = await post('/slots/0?action=restore', { filename: 'owl.bin' });
  expect(restored).toMatchObject({ status: 200, body: { n_restored: nTokens } });
  const again = await tell(post, { ...STORY, id_slot: 0 });
  expect(again.timings).toMatchObject({ prompt_n: 1, cache_n: first.tokens_evaluated - 1 });
  expect(again.tokens).toEqual(first.tokens);
  const missing = await post('/slots/0?action=restore', { filename: 'fish.bin' });
  expect(missing).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error' } } });
}

function postTo(server: PageServer): Post {
  return (path, body) => server.post(path, body);
}

test("a slot is saved in the page's own files and restored, f32", async ({ startServer }) => {
  await expectRestored(postTo(await startServer({ ...PAIR, cacheType: 'f32', slotSavePath: 'owls' })));
});

test("a slot is saved in the page's own files and restored, f16, and an evicted prompt comes back from memory", async ({
  startServer,
}) => {
  const post = postTo(await startServer({ ...PAIR, cacheType: 'f16', slotSavePath: 'owls' }));
  await expectRestored(post);
  const first = await tell(post, STORY);
  await tell(post, OTHER);
  const again = await tell(post, STORY);
  expect(again.timings).toMatchObject({ prompt_n: 1, cache_n: first.tokens_evaluated - 1 });
  expect(again.tokens).toEqual(first.tokens);
});

test('n_cache_reuse moves chunks of a prompt, and the answer continues from them', async ({
  startServer,
}) => {
  const post = postTo(await startServer({ model: MOE_Q4_0, nCtx: 512 }));
  const text = 'There was a dragon in the cave. Once upon a time, a wise old owl sat in a tree and said:';
  const { body } = await post('/tokenize', { content: text, add_special: true });
  const { tokens } = body as { tokens: number[] };
  await tell(post, { prompt: tokens, n_predict: 1 });
  const cut = [...tokens.slice(0, 4), ...tokens.slice(8)];
  const request = { prompt: cut, n_predict: 8, temperature: 0, ignore_eos: true };
  const reused = await tell(post, { ...request, n_cache_reuse: 8 });
  expect(reused.timings).toMatchObject({ cache_n: cut.length - 1, prompt_n: 1 });
  expect(reused.tokens_predicted).toBe(8);
  expect((await tell(post, request)).timings.cache_n).toBe(4);
});

test('foretoken serve saves slots in the given folder, and logs its actions', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'foretoken-slots-'));
  const path = (model: string) => fileURLToPath(bundledFile(model));
  const server = await ServeProcess.start([
    ...['-m', path(MOE_Q4_0), '-md', path(DRAFT_Q4_0), '-c', '1024', '-np', '2', '--port', '0'],
    ...['--slot-save-path', folder, '--verbose'],
  ]);
  try {
    await server.ready();
    const url = await server.url();
    await expectRestored(async (path, body) => {
      const response = await fetch(new URL(path, url), { method: 'POST', body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    });
    expect(await readdir(folder)).toEqual(['owl.bin']);
    expect(server.output).toContain('__TEST_TAG_CACHE_IDLE_SLOTS_ENABLED__');
  } finally {
    await server.dispose();
    await rm(folder, { recursive: true });
  }
});

test('a missing folder for slots is one line and exit code 1', async () => {
  const model = fileURLToPath(bundledFile(DRAFT_Q4_0));
  const server = await ServeProcess.start(['-m', model, '--slot-save-path', '/missing', '--port', '0']);
  expect(await server.exitCode()).toBe(1);
  expect(server.errors).toBe(
    'error: not a directory: /missing; make it, or name another with --slot-save-path\n',
  );
  await server.dispose();
});
