import { fileURLToPath } from 'node:url';
import { test as base, expect } from 'playwright/test';
import { bundledFile, DRAFT_Q4_0, MOE_Q4_0 } from '../fixtures/models.ts';
import { ServeProcess } from '../fixtures/serveProcess.ts';
import { Balancer, findHaproxy, freePorts } from './balancer.ts';
import { Load } from './load.ts';

/** Slots of an engine, as `maxconn` in the configuration. */
const N_SLOTS = 4;
const N_CLIENTS = 12;
/** Time for an engine to start on a machine that has other work. */
const START_LIMIT_MS = 120_000;
const FLAGS = [
  ...['-m', fileURLToPath(bundledFile(MOE_Q4_0)), '-md', fileURLToPath(bundledFile(DRAFT_Q4_0))],
  ...['-c', '2048', '-np', String(N_SLOTS), '--metrics', '--drain-seconds', '60'],
];

type Name = 'a' | 'b';

/** Two engines behind a balancer. */
interface Fleet {
  readonly balancer: Balancer;
  readonly engines: Record<Name, ServeProcess>;
  /** Starts an engine that has ended, at its address, and waits until it has loaded its models. */
  readonly replace: (name: Name) => Promise<void>;
  /** Resolves when HAProxy sends requests to an engine. */
  readonly isUp: (name: Name) => Promise<void>;
}

const haproxy = findHaproxy();

const test = base.extend<object, { fleet: Fleet }>({
  fleet: [
    async ({ browserName: _ }, use) => {
      if (haproxy === null) throw new Error('HAProxy is not installed: apt-get install haproxy');
      const [a, b] = await freePorts(2);
      const ports = { a, b };
      const start = (name: Name) => ServeProcess.start([...FLAGS, '--port', String(ports[name])]);
      const engines = { a: await start('a'), b: await start('b') };
      const balancer = await Balancer.start(haproxy, ports);
      try {
        const isUp = (name: Name) =>
          expect
            .poll(async () => (await balancer.engine(name)).status, { timeout: START_LIMIT_MS })
            .toBe('UP');
        const replace = async (name: Name) => {
          await engines[name].dispose();
          engines[name] = await start(name);
          const health = new URL('health', await engines[name].url());
          await expect.poll(async () => (await fetch(health)).status, { timeout: START_LIMIT_MS }).toBe(200);
        };
        await Promise.all([isUp('a'), isUp('b')]);
        await use({ balancer, engines, replace, isUp });
      } finally {
        await Promise.all([balancer.dispose(), engines.a.dispose(), engines.b.dispose()]);
      }
    },
    { scope: 'worker', timeout: 2 * START_LIMIT_MS },
  ],
});

// A workflow has installed it; elsewhere the other tests are worth running without.
test.skip(haproxy === null && !process.env.CI, 'HAProxy is not installed: apt-get install haproxy');

/** Puts load on the fleet until both engines have answered, then has `during` happen, and stops. */
async function underLoad({ balancer }: Fleet, during: (load: Load) => Promise<void>): Promise<Load> {
  const load = new Load(balancer.clients('/completion'), N_CLIENTS);
  try {
    for (const name of ['a', 'b']) await moreFrom(load, name);
    await during(load);
  } finally {
    await load.stop();
  }
  test.info().annotations.push({ type: 'counts', description: String(load) });
  console.log(`  ${load}`);
  return load;
}

/** Waits until an engine has answered some more requests. */
async function moreFrom(load: Load, name: string): Promise<void> {
  const before = load.count('answered', name);
  await expect.poll(() => load.count('answered', name) - before, { timeout: 60_000 }).toBeGreaterThan(4);
}

function expectNothingLost(load: Load): void {
  const failed = load.outcomes.filter(({ end }) => end === 'lost' || end === 'silent');
  expect(failed).toEqual([]);
}

test('a killed engine loses no request that had not begun, and takes its share when it is back', async ({
  fleet,
}) => {
  const load = await underLoad(fleet, async load => {
    await fleet.engines.a.kill('SIGKILL');
    const before = load.count('answered', 'a');
    await moreFrom(load, 'b');
    expect(load.count('answered', 'a')).toBeLessThanOrEqual(before + N_SLOTS);
    await fleet.replace('a');
    await fleet.isUp('a');
    await moreFrom(load, 'a');
  });
  expectNothingLost(load);
  // Streams that were running at the engine are cut, with an error.
  expect(load.count('broken')).toBeLessThanOrEqual(N_SLOTS);
  expect(load.count('broken', 'b')).toBe(0);
});

test('an engine that is drained at the balancer and then replaced breaks nothing', async ({ fleet }) => {
  const load = await underLoad(fleet, async load => {
    await fleet.balancer.command('set server engines/a state drain');
    await expect.poll(async () => (await fleet.balancer.engine('a')).nOpen).toBe(0);
    const before = load.count('answered', 'a');
    await moreFrom(load, 'b');
    expect(load.count('answered', 'a')).toBe(before);
    expect(await fleet.engines.a.kill('SIGTERM')).toBe(0);
    await fleet.replace('a');
    await fleet.balancer.command('set server engines/a state ready');
    await fleet.isUp('a');
    await moreFrom(load, 'a');
  });
  expectNothingLost(load);
  expect(load.count('broken')).toBe(0);
});

test('an engine that gets SIGTERM drains by itself and breaks nothing', async ({ fleet }) => {
  const load = await underLoad(fleet, async load => {
    await expect.poll(async () => (await fleet.balancer.engine('a')).nOpen).toBeGreaterThan(0);
    expect(await fleet.engines.a.kill('SIGTERM')).toBe(0);
    expect(fleet.engines.a.output).toMatch(/^draining: \d+ requests are open, and have 60 s to end$/m);
    expect(fleet.engines.a.output).not.toContain('ending with');
    await moreFrom(load, 'b');
    await fleet.replace('a');
    await fleet.isUp('a');
    await moreFrom(load, 'a');
  });
  expectNothingLost(load);
  expect(load.count('broken')).toBe(0);
});

test('tokens arrive as they are made, and a client that leaves frees its slot', async ({ fleet }) => {
  const leaving = new AbortController();
  const response = await fetch(fleet.balancer.clients('/completion'), {
    method: 'POST',
    body: JSON.stringify({ prompt: 'Once upon a time', n_predict: 480, ignore_eos: true, stream: true }),
    signal: leaving.signal,
  });
  const name = response.headers.get('x-engine');
  const isBusy = async () => {
    const slots: { is_processing: boolean }[] = await (
      await fetch(fleet.balancer.operators(`/engines/${name}/slots`))
    ).json();
    return slots.some(slot => slot.is_processing);
  };
  const reader = response.body?.getReader();
  for (let i = 0; i < 3; i++) expect((await reader?.read())?.done).toBe(false);
  expect(await isBusy()).toBe(true);
  leaving.abort();
  await expect.poll(isBusy, { timeout: 3000 }).toBe(false);
});

test('requests of one session go to the engine that has their prompt in its cache', async ({ fleet }) => {
  const ask = async (session: string, prompt: string) => {
    const response = await fetch(fleet.balancer.clients('/completion'), {
      method: 'POST',
      headers: { 'x-session-id': session },
      body: JSON.stringify({ prompt, n_predict: 4 }),
    });
    const { timings } = await response.json();
    return { engine: response.headers.get('x-engine'), cached: timings.cache_n };
  };
  const prompt = 'The wise owl said that a brave dog and a small cat went to the river';
  const engines = new Set<string | null>();
  for (const session of ['one', 'two', 'three', 'four']) {
    const first = await ask(session, `${session}: ${prompt}`);
    for (let turn = 0; turn < 3; turn++) {
      const next = await ask(session, `${session}: ${prompt}, turn ${turn}`);
      expect(next.engine).toBe(first.engine);
      expect(next.cached).toBeGreaterThan(10);
    }
    engines.add(first.engine);
  }
  expect([...engines].toSorted()).toEqual(['a', 'b']);
});

test('operators ask each engine, and clients do not', async ({ fleet }) => {
  const { balancer } = fleet;
  for (const name of ['a', 'b']) {
    const metrics = await fetch(balancer.operators(`/engines/${name}/metrics`));
    expect(await metrics.text()).toContain('llamacpp:requests_processing');
    const slots = await (await fetch(balancer.operators(`/engines/${name}/slots`))).json();
    expect(slots).toHaveLength(N_SLOTS);
  }
  expect((await fetch(balancer.operators('/engines/c/slots'))).status).toBe(503);
  expect((await fetch(balancer.operators('/stats'))).status).toBe(200);
  expect(await (await fetch(balancer.operators('/metrics'))).text()).toContain('haproxy_server_status');
  for (const path of ['/slots', '/slots/0?action=erase', '/metrics']) {
    expect(
      (await fetch(balancer.clients(path), { method: path.includes('?') ? 'POST' : 'GET' })).status,
    ).toBe(404);
  }
});

test('a request that is larger than the buffer of the balancer passes', async ({ fleet }) => {
  const response = await fetch(fleet.balancer.clients('/tokenize'), {
    method: 'POST',
    body: JSON.stringify({ content: 'owl '.repeat(200_000) }),
  });
  expect(response.status).toBe(200);
  expect((await response.json()).tokens.length).toBeGreaterThan(200_000);
});

test('without an engine the answer is an error that clients of OpenAI can read', async () => {
  test.skip(haproxy === null);
  if (haproxy === null) return;
  const [a, b] = await freePorts(2);
  const balancer = await Balancer.start(haproxy, { a, b });
  try {
    await expect.poll(async () => (await balancer.engine('a')).status).toBe('DOWN');
    await expect.poll(async () => (await balancer.engine('b')).status).toBe('DOWN');
    const response = await fetch(balancer.clients('/v1/chat/completions'), { method: 'POST', body: '{}' });
    expect(response.status).toBe(503);
    expect((await response.json()).error).toMatchObject({ code: 503, type: 'unavailable_error' });
  } finally {
    await balancer.dispose();
  }
});
