import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, expect } from 'playwright/test';
import { bundledFile, DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { ServeProcess } from './fixtures/serveProcess.ts';
import { partName, splitModel } from './fixtures/splitModel.ts';

const PAIR = [
  ...['-m', fileURLToPath(bundledFile(MOE_Q4_0)), '-md', fileURLToPath(bundledFile(DRAFT_Q4_0))],
  ...['-c', '1024', '-np', '2', '--port', '0'],
];
/** Long enough to be cancelled in the middle. */
const LONG = { prompt: 'Once upon a time', n_predict: 480, ignore_eos: true };

const test = base.extend<{ start: (args: readonly string[]) => Promise<ServeProcess> }>({
  start: async ({ browserName: _ }, use) => {
    const processes: ServeProcess[] = [];
    await use(async args => {
      const started = await ServeProcess.start(args);
      processes.push(started);
      return started;
    });
    await Promise.all(processes.map(started => started.dispose()));
  },
});

function post(url: string, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(new URL('completion', url), {
    method: 'POST',
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

async function isProcessing(url: string): Promise<boolean> {
  const slots: { is_processing: boolean }[] = await (await fetch(new URL('slots', url))).json();
  return slots.some(slot => slot.is_processing);
}

/** Milliseconds from the disconnection of a client until no slot is busy any more. */
async function cancellationDelay(url: string, stream: boolean): Promise<number> {
  const leaving = new AbortController();
  post(url, { ...LONG, stream }, leaving.signal).catch(() => {});
  await expect.poll(() => isProcessing(url), { intervals: [5] }).toBe(true);
  const begin = performance.now();
  leaving.abort();
  while (await isProcessing(url)) expect(performance.now() - begin).toBeLessThan(2000);
  return performance.now() - begin;
}

test("the process relays the tab's answers, cancels for clients that disconnect, and leaves nothing behind", async ({
  start,
}) => {
  const server = await start(PAIR);
  const url = await server.url();
  const statuses = await server.ready();
  expect(statuses[0]).toBe(503);
  expect(new Set(statuses)).toEqual(new Set([503, 200]));

  const request = { prompt: 'Once upon a time', n_predict: 24, temperature: 0 };
  const { content, timings } = await (await post(url, request)).json();
  expect(content.length).toBeGreaterThan(20);
  expect(timings.draft_n_accepted).toBeGreaterThan(0);
  const stream = await (await post(url, { ...request, stream: true })).text();
  const events = stream
    .split('\n\n')
    .filter(Boolean)
    .map(event => JSON.parse(event.replace('data: ', '')));
  expect(events.length).toBeGreaterThan(2);
  expect(events.map(event => event.content).join('')).toBe(content);

  for (const stream of [false, true]) {
    const delays: number[] = [];
    for (let i = 0; i < 5; i++) delays.push(await cancellationDelay(url, stream));
    expect(delays.toSorted((a, b) => a - b)[2], `${delays}`).toBeLessThan(200);
  }

  expect(await server.processes()).not.toEqual([]);
  const before = Date.now();
  expect(await server.kill('SIGTERM')).toBe(0);
  expect(Date.now() - before).toBeLessThan(2000);
  expect(await server.processes()).toEqual([]);
  expect(await server.profiles()).toEqual([]);
});

test('killing the server ends its browser and removes its profile', async ({ start }) => {
  const server = await start(PAIR);
  await server.ready();
  await server.kill('SIGKILL');
  await expect.poll(() => server.processes(), { timeout: 5000 }).toEqual([]);
  expect(await server.profiles()).toEqual([]);
});

test('two servers do not affect each other', async ({ start }) => {
  const [first, second] = [await start(PAIR), await start(PAIR)];
  await Promise.all([first.ready(), second.ready()]);
  expect(await first.kill('SIGTERM')).toBe(0);
  expect((await fetch(new URL('health', await second.url()))).status).toBe(200);
});

for (const [args, message] of [
  [['--foo'], 'error: invalid argument: --foo; see foretoken --help\n'],
  [['-m', 'missing.gguf'], 'error: cannot read the model missing.gguf; check the path\n'],
  [
    [...PAIR, '--browser', '/missing'],
    'error: cannot run the browser /missing; check the path after --browser\n',
  ],
] as const) {
  test(`${args.slice(-2).join(' ')} is one line and exit code 1`, async ({ start }) => {
    const server = await start(args);
    expect(await server.exitCode()).toBe(1);
    expect(server.errors).toBe(message);
  });
}

test('the first file of a split model suffices if the others are beside it', async ({ start }) => {
  const folder = await mkdtemp(join(tmpdir(), 'foretoken-e2e-'));
  const file = (no: number) => join(folder, partName('a b', no, 2));
  try {
    const parts = await splitModel(bundledFile(DRAFT_Q4_0), 2);
    for (const [no, bytes] of parts.entries()) await writeFile(file(no), bytes);
    const server = await start(['-m', file(0), '-c', '512', '--port', '0']);
    await server.ready();
    const answer = await post(await server.url(), { prompt: 'Once upon a time', n_predict: 4 });
    expect((await answer.json()).tokens_predicted).toBe(4);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a file that is not a model is one line and exit code 1', async ({ start }) => {
  const server = await start(['-m', fileURLToPath(import.meta.url), '--port', '0']);
  expect(await server.exitCode()).toBe(1);
  expect(server.errors).toMatch(/^error: serve\.spec\.ts is not a valid GGUF file: .*\n$/);
});
