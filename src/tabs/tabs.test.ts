import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FAKE_REPORT } from '../protocol/fakeReport.ts';
import { FakeLocks } from './fakeLocks.ts';
import { type Found, Guest } from './guest.ts';
import { Host } from './host.ts';
import { acquire, isHeld } from './locks.ts';
import { type HostMessage, nameOf } from './messages.ts';

const { signal } = new AbortController();
const REQUEST = { kind: 'request', id: 0, method: 'GET', path: '/', headers: [], body: null } as const;

let key: string;
let locks: FakeLocks;
let opened: { close(): void }[];

beforeEach(() => {
  key = crypto.randomUUID();
  locks = new FakeLocks();
  opened = [];
});
afterEach(() => {
  for (const each of opened) each.close();
});

function open<Opened extends { close(): void }>(each: Opened): Opened {
  opened.push(each);
  return each;
}

const channel = (name: string) => open(new BroadcastChannel(name));

describe('a host', () => {
  /** Guest that does what the test tells it, and the messages that it gets. */
  async function join(id: string) {
    const die = await acquire(locks, nameOf(key, id), signal);
    const received: HostMessage[] = [];
    const line = channel(nameOf(key, id));
    line.onmessage = ({ data }: MessageEvent<HostMessage>) => received.push(data);
    channel(key).postMessage({ kind: 'join', guest: id });
    return { die, line, received };
  }

  it('cancels the requests of a guest that dies without a word', async () => {
    const host = open(await Host.open(locks, key, 0));
    const [start, cancel] = [vi.fn(), vi.fn()];
    host.ready(FAKE_REPORT, () => {
      start();
      return cancel;
    });
    const { die, line, received } = await join('guest');
    await expect.poll(() => received).toHaveLength(1);
    line.postMessage(REQUEST);
    await expect.poll(() => start.mock.calls).toHaveLength(1);
    expect(cancel).not.toHaveBeenCalled();
    die();
    await expect.poll(() => cancel.mock.calls).toHaveLength(1);
  });

  it('tells each guest what it has missed, and answers once however often a guest joins', async () => {
    const host = open(await Host.open(locks, key, 3));
    const progress = { model: 'target', phase: 'weights', loadedBytes: 1, totalBytes: 2 } as const;
    host.loading(progress);
    const { line, received } = await join('guest');
    await expect.poll(() => received).toMatchObject([{ restarts: 3, state: { kind: 'loading', progress } }]);
    channel(key).postMessage({ kind: 'join', guest: 'guest' });
    await expect.poll(() => received).toHaveLength(2);
    host.ready(FAKE_REPORT, (_, deliver) => {
      queueMicrotask(() => deliver({ kind: 'end' }));
      return () => {};
    });
    line.postMessage(REQUEST);
    await expect
      .poll(() => received.slice(2))
      .toMatchObject([{ state: { kind: 'ready' } }, { kind: 'end', id: 0 }]);
  });
});

describe('a guest', () => {
  /** Host that does what the test tells it. */
  async function announce(id: string) {
    const die = await acquire(locks, nameOf(key, id), signal);
    const meeting = channel(key);
    const joined = new Promise<BroadcastChannel>(resolve => {
      meeting.onmessage = ({ data }) => resolve(channel(nameOf(key, data.guest)));
    });
    meeting.postMessage({ kind: 'host' });
    const line = await joined;
    const ready = () =>
      line.postMessage({
        kind: 'state',
        host: id,
        restarts: 0,
        state: { kind: 'ready', report: FAKE_REPORT },
      });
    return { die, line, ready };
  }

  function openGuest() {
    const events: string[] = [];
    const guest = open(
      new Guest(locks, key, {
        found: ({ state }: Found) => events.push(state.kind),
        gone: () => events.push('gone'),
      }),
    );
    return { guest, events };
  }

  it('finds a host that comes later, once, and notices that it has died', async () => {
    const { events } = openGuest();
    const { die, ready } = await announce('first');
    ready();
    ready();
    await expect.poll(() => events).toEqual(['ready']);
    die();
    await expect.poll(() => events).toEqual(['ready', 'gone']);
    const next = await announce('second');
    next.ready();
    await expect.poll(() => events).toEqual(['ready', 'gone', 'ready']);
  });

  it('takes nothing that a former host still says for an answer of the next one', async () => {
    const { guest, events } = openGuest();
    const first = await announce('first');
    first.ready();
    await expect.poll(() => events).toEqual(['ready']);
    guest.exchange({ ...REQUEST, path: '/first' }, () => {})();
    first.die();
    const next = await announce('next');
    next.ready();
    await expect.poll(() => events).toHaveLength(3);
    const messages: string[] = [];
    guest.exchange({ ...REQUEST, path: '/next' }, ({ kind }) => messages.push(kind));
    first.line.postMessage({ kind: 'head', id: 0, status: 200, headers: [] });
    next.line.postMessage({ kind: 'end', id: 1 });
    await expect.poll(() => messages).toEqual(['end']);
  });

  it('holds its lock until it is closed', async () => {
    const guest = new Guest(locks, key, { found: () => {}, gone: () => {} });
    await expect.poll(async () => (await locks.query()).held).toHaveLength(1);
    guest.close();
    await expect.poll(async () => (await locks.query()).held).toHaveLength(0);
    expect(await isHeld(locks, key)).toBe(false);
  });
});
