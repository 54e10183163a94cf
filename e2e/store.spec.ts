import type { BrowserContext, Page } from 'playwright/test';
import type { StoredModel, StoreProgress } from '../src/protocol/store.ts';
import { randomGguf } from '../src/store/testing/fakeSource.ts';
import type { WireError } from '../src/util/errors.ts';
import { type Faults, HostileServer } from './fixtures/hostileServer.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { PageServer } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

const MIB = 1 << 20;
const CONTENT = randomGguf(20 * MIB + 999);
const SHA256 = crypto.subtle.digest('SHA-256', CONTENT).then(digest => Buffer.from(digest).toString('hex'));

/** Model, or the error of a call that failed. */
type Added = StoredModel | WireError;

let server: HostileServer;

test.beforeEach(async () => {
  server = await HostileServer.open(CONTENT);
});
test.afterEach(() => server.close());

async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto('harness.html');
  await page.waitForFunction(() => 'foretoken' in window);
  return page;
}

function add(page: Page, url = server.url): Promise<Added> {
  return page.evaluate(async url => {
    const store = new window.foretoken.ModelStore();
    try {
      return await store.add(url);
    } catch (error) {
      if (error instanceof Error && 'toWire' in error && typeof error.toWire === 'function') {
        return error.toWire();
      }
      throw error;
    } finally {
      await store.close();
    }
  }, url);
}

/** Starts a download and resolves when so many bytes are there; it goes on. */
function addUntil(page: Page, bytes: number): Promise<StoreProgress> {
  return page.evaluate(
    ({ url, bytes }) =>
      new Promise<StoreProgress>((resolve, reject) => {
        const onProgress = (progress: StoreProgress) => {
          if (progress.loadedBytes >= bytes) resolve(progress);
        };
        new window.foretoken.ModelStore().add(url, { onProgress }).catch(reject);
      }),
    { url: server.url, bytes },
  );
}

function list(page: Page): Promise<readonly StoredModel[]> {
  return page.evaluate(async () => {
    const store = new window.foretoken.ModelStore();
    const models = await store.list();
    await store.close();
    return models;
  });
}

/** SHA-256 of the one file in the origin's private files, as the browser reads it. */
function storedSha256(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('foretoken-models');
    for await (const handle of folder.values()) {
      if (!(handle instanceof FileSystemFileHandle)) continue;
      const bytes = await (await handle.getFile()).arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
    }
    throw new Error('the store has no file');
  });
}

/** Ends the process of a page like a crash does. */
async function kill(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await page.context().newCDPSession(page);
  void session.send('Page.crash').catch(() => {});
  await crashed;
  await page.close();
}

test.describe('a model in the store', () => {
  test.use({ expectedErrors: [/Failed to load resource/, /ERR_/] });

  const REPAIRED: readonly { fault: string; faults: Faults }[] = [
    { fault: 'cuts connections', faults: { cutAfter: 3 * MIB } },
    { fault: 'ignores ranges', faults: { ignoresRanges: true } },
    { fault: 'compresses', faults: { compresses: true } },
    { fault: 'hides versions', faults: { hidesVersion: true } },
    { fault: 'is slow', faults: { bytesPerSecond: 8 * MIB } },
  ];

  test('is right after faults of its server that can be repaired', async ({ context }) => {
    const page = await open(context);
    for (const { fault, faults } of REPAIRED) {
      server.faults = faults;
      expect(await add(page), fault).toMatchObject({ isComplete: true, files: [{ sha256: await SHA256 }] });
      expect(await storedSha256(page), fault).toBe(await SHA256);
      await page.evaluate(async url => new window.foretoken.ModelStore().delete(url), server.url);
      expect(await list(page)).toEqual([]);
    }
  });

  test('is refused with the reason after faults that cannot', async ({ context }) => {
    const page = await open(context);
    for (const [faults, code, message] of [
      [{ sendsPage: true }, 'invalid_gguf', /answers with a page/],
      [{ totalBytes: 9 * MIB }, 'invalid_gguf', /ends at byte .* but the file has 9437184/],
      [{ status: 403 }, 'fetch_failed', /HTTP 403/],
    ] as const) {
      server.faults = faults;
      expect(await add(page)).toMatchObject({ code, message: expect.stringMatching(message) });
    }
    expect(await list(page)).toEqual([]);
  });

  test('survives two crashes of the tab, a change of the file, and goes on each time', async ({
    context,
  }) => {
    let presentBytes = 0;
    for (const megabytes of [9, 15]) {
      const page = await open(context);
      server.faults = { bytesPerSecond: 3 * MIB };
      await addUntil(page, megabytes * MIB);
      const other = await open(context);
      await expect
        .poll(async () => (await list(other))[0]?.presentBytes ?? 0, { intervals: [200] })
        .toBeGreaterThan(presentBytes);
      await kill(page);
      const [model] = await list(other);
      expect(model.isComplete).toBe(false);
      expect(model.presentBytes).toBeGreaterThan(presentBytes);
      ({ presentBytes } = model);
    }
    const page = await open(context);
    server.faults = {};
    server.sentBytes = 0;
    expect(await add(page)).toMatchObject({ isComplete: true, files: [{ sha256: await SHA256 }] });
    expect(await storedSha256(page)).toBe(await SHA256);
    expect(server.sentBytes).toBeLessThan(CONTENT.byteLength - presentBytes + MIB);

    const changed = randomGguf(20 * MIB + 999, 2);
    server.content = Buffer.from(changed);
    server.etag = '"2"';
    await add(page);
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', changed)).toString('hex');
    expect(await storedSha256(page)).toBe(digest);
  });

  test('is downloaded once for two tabs, and to the end if the first one dies', async ({ context }) => {
    const [first, second] = [await open(context), await open(context)];
    server.faults = { bytesPerSecond: 3 * MIB };
    await addUntil(first, MIB);
    const waiting = await addUntil(second, 2 * MIB);
    expect(waiting.phase).toBe('waiting');
    const whole = add(second);
    await kill(first);
    server.faults = {};
    expect(await whole).toMatchObject({ isComplete: true, files: [{ sha256: await SHA256 }] });
    expect(await storedSha256(second)).toBe(await SHA256);
    expect(server.sentBytes).toBeLessThan(2 * CONTENT.byteLength);
  });

  test('is repaired where a byte was flipped, and only there', async ({ context }) => {
    const page = await open(context);
    await add(page);
    await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('foretoken-models');
      for await (const handle of folder.values()) {
        if (!(handle instanceof FileSystemFileHandle)) continue;
        const writable = await handle.createWritable({ keepExistingData: true });
        await writable.write({ type: 'write', position: 10_000_000, data: new Uint8Array([1, 2, 3]) });
        await writable.close();
      }
    });
    expect(await storedSha256(page)).not.toBe(await SHA256);
    server.sentBytes = 0;
    const report = await page.evaluate(url => new window.foretoken.ModelStore().verify(url), server.url);
    expect(report).toMatchObject({ checkedBytes: CONTENT.byteLength, repairedBytes: 4 * MIB });
    expect(server.sentBytes).toBe(4 * MIB);
    expect(await storedSha256(page)).toBe(await SHA256);
  });

  test('goes on after the network was lost', async ({ context }) => {
    const page = await open(context);
    server.faults = { bytesPerSecond: 3 * MIB };
    const adding = add(page);
    await expect.poll(() => server.sentBytes).toBeGreaterThan(5 * MIB);
    await context.setOffline(true);
    await page.waitForTimeout(700);
    await context.setOffline(false);
    server.faults = {};
    expect(await adding).toMatchObject({ isComplete: true, files: [{ sha256: await SHA256 }] });
  });

  test('needs room: without it nothing is kept, and a server says that it streams', async ({ context }) => {
    const page = await open(context);
    const session = await context.newCDPSession(page);
    const { origin } = new URL(page.url());
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 100_000 });
    expect(await add(page)).toMatchObject({ code: 'quota_exceeded' });
    expect(await list(page)).toEqual([]);
    const streaming = await PageServer.start(page, {
      model: DRAFT_Q4_0,
      nCtx: 64,
      selfTest: false,
      store: true,
    });
    expect(streaming.report.warnings).toEqual([expect.stringMatching(/is not stored.*no room/)]);
    await streaming.close();
    await session.send('Storage.overrideQuotaForOrigin', { origin });
  });

  test('answers like the one at its address, and without the network', async ({ context }) => {
    const page = await open(context);
    const request = { prompt: 'Once upon a time', n_predict: 12, temperature: 0 } as const;
    const pair = { model: MOE_Q4_0, modelDraft: DRAFT_Q4_0, nCtx: 128, selfTest: false } as const;
    const answer = async (store: boolean) => {
      const started = await PageServer.start(page, { ...pair, store });
      const { content } = await started.completion(request);
      await started.close();
      return content;
    };
    const expected = await answer(false);
    for (const model of [MOE_Q4_0, DRAFT_Q4_0]) await add(page, model);
    await context.route('**/*.gguf', route => route.abort());
    expect(await answer(true)).toBe(expected);
    expect(await list(page)).toMatchObject([{ isComplete: true }, { isComplete: true }]);
  });
});
