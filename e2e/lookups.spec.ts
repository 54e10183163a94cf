import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompletionResponse } from '../src/protocol/completion.ts';
import { bundledFile, DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { ServeProcess } from './fixtures/serveProcess.ts';
import { expect, test } from './fixtures/test.ts';

// Fixed draft lengths: software adapters gain nothing by speculation, so adaptive drafts would be empty.
const REQUEST = {
  ...{ prompt: 'Once upon a time', temperature: 0, ignore_eos: true, n_predict: 24 },
  ...{ return_tokens: true, cache_prompt: false },
};

/** Answer of a process with this model and file, which `signal` then ends, and what the process printed. */
async function answerOf(
  model: string,
  file: string,
  signal: NodeJS.Signals,
): Promise<CompletionResponse & { output: string }> {
  const server = await ServeProcess.start([
    ...['-m', fileURLToPath(bundledFile(model)), '-c', '256', '-np', '1', '--port', '0'],
    ...['--spec-type', 'ngram-suffix', '--no-spec-adaptive', '--lookup-cache-dynamic', file],
  ]);
  try {
    await server.ready();
    const body = JSON.stringify(REQUEST);
    const response = await fetch(new URL('completion', await server.url()), { method: 'POST', body });
    const answer: CompletionResponse = await response.json();
    expect(await server.kill(signal)).toBe(0);
    return { ...answer, output: server.output };
  } finally {
    await server.dispose();
  }
}

test('foretoken serve drafts at once what an earlier process learned, and leaves the file of another model', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'foretoken-lookups-'));
  try {
    const file = join(folder, 'lookups.bin');
    const first = await answerOf(MOE_Q4_0, file, 'SIGINT');
    const second = await answerOf(MOE_Q4_0, file, 'SIGTERM');
    expect(second.tokens).toEqual(first.tokens);
    expect(second.timings.draft_n_accepted).toBeGreaterThan(15);
    expect(first.timings.draft_n_accepted ?? 0).toBeLessThan(second.timings.draft_n_accepted ?? 0);
    expect(second.output).not.toContain('warning');

    await writeFile(file, 'notes of mine');
    expect((await answerOf(DRAFT_Q4_0, file, 'SIGTERM')).output).toContain(
      'warning: lookupCache: the file is no cache',
    );
    expect(await readFile(file, 'utf8')).toBe('notes of mine');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a page keeps what look-ups learn in the origin private file system', async ({ startServer }) => {
  const settings = {
    ...{ model: MOE_Q4_0, nCtx: 256, specType: ['ngram-suffix'] as const, draftAdaptive: false },
    lookupCache: 'lookups.bin',
  } as const;
  const accepted: number[] = [];
  for (let i = 0; i < 2; i++) {
    const server = await startServer(settings);
    const { timings } = await server.completion(REQUEST);
    accepted.push(timings.draft_n_accepted ?? 0);
    await server.close();
  }
  expect(accepted[1]).toBeGreaterThan(15);
  expect(accepted[0]).toBeLessThan(accepted[1] ?? 0);
});
