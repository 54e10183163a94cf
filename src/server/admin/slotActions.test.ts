import { describe, expect, it } from 'vitest';
import { FakeForwardPass } from '../../engine/fakeForwardPass.ts';
import { encodeSlotFile } from '../scheduling/cache/slotFile.ts';
import { errorOf, Gate, letters, type TestServer, testServer, tokenizer } from '../testing/testServer.ts';
import type { SlotFiles } from './slotActions.ts';

const body = { prompt: letters('abcdefgh'), n_predict: 6, ignore_eos: true, return_tokens: true, id_slot: 1 };

/** Slot files in memory. */
class MemoryFiles implements SlotFiles {
  readonly files = new Map<string, Uint8Array>();

  async read(name: string): Promise<Uint8Array> {
    const bytes = this.files.get(name);
    if (!bytes) throw new Error(`no ${name}`);
    return bytes;
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (name === 'full') throw new Error('the disk is full');
    this.files.set(name, bytes);
  }
}

function start(options = {}) {
  const slotFiles = new MemoryFiles();
  const server = testServer({ nSlots: 2, slotFiles, ...options });
  return { ...slotFiles, server };
}

async function act(server: TestServer, path: string, filename = 'a'): Promise<Record<string, unknown>> {
  const response = await server.post(path, { filename });
  expect(response.status).toBe(200);
  return response.json();
}

describe('saving a slot', () => {
  it.each([{}, { draftDisagreement: 0.3 }])(
    'a restored slot continues where it was saved, in any slot, with %j',
    async draft => {
      const { server, files } = start(draft);
      const first = await server.complete(body);
      const sizeBytes = 4 * (3 + 4 + 13) + 4 * 13;
      expect(await act(server, '/slots/1?action=save')).toEqual({
        id_slot: 1,
        filename: 'a',
        n_saved: 8 + 5,
        n_written: sizeBytes,
        timings: { save_ms: expect.any(Number) },
      });
      expect(files.get('a')).toHaveLength(sizeBytes);
      expect(await act(server, '/slots/1?action=erase')).toEqual({ id_slot: 1, n_erased: 13 });
      const erased = await server.complete(body);
      expect(erased.timings).toMatchObject({ cache_n: 0, prompt_n: 8 });

      expect(await act(server, '/slots/0?action=restore')).toEqual({
        id_slot: 0,
        filename: 'a',
        n_restored: 13,
        n_read: sizeBytes,
        timings: { restore_ms: expect.any(Number) },
      });
      const restored = await server.complete({ ...body, id_slot: 0 });
      expect(restored.timings).toMatchObject({ cache_n: 7, prompt_n: 1 });
      expect(restored.tokens).toEqual(first.tokens);
    },
  );

  it('a saved file has the state before the next request, even if that starts at once', async () => {
    const { server } = start();
    await server.complete(body);
    const [, other] = await Promise.all([
      act(server, '/slots/1?action=save'),
      server.complete({ ...body, prompt: letters('xyz') }),
    ]);
    expect(other.timings.cache_n).toBe(0);
    await act(server, '/slots/0?action=restore');
    expect((await server.complete({ ...body, id_slot: 0 })).timings.cache_n).toBe(7);
  });

  it('an empty slot can be saved', async () => {
    const { server } = start();
    expect(await act(server, '/slots/0?action=save')).toMatchObject({ n_saved: 0, n_written: 28 });
    await server.complete(body);
    expect(await act(server, '/slots/1?action=restore')).toMatchObject({ n_restored: 0 });
    expect((await server.complete(body)).timings.cache_n).toBe(0);
  });
});

describe('a slot action', () => {
  it('slot ids wrap around, and the response repeats the requested id', async () => {
    const { server } = start();
    await server.complete(body);
    expect(await act(server, '/slots/9?action=erase')).toEqual({ id_slot: 9, n_erased: 13 });
  });

  it('an action waits for a busy slot', async () => {
    const gate = new Gate();
    const model = new FakeForwardPass({ nVocab: tokenizer.nVocab, nSlots: 2 });
    const { server } = start({ target: gate.guard(model) });
    gate.close();
    let isSaved = false;
    const answer = server.complete(body);
    await expect.poll(async () => (await server.slots())[1]?.is_processing).toBe(true);
    const saved = act(server, '/slots/1?action=save').then(reply => {
      isSaved = true;
      return reply;
    });
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(isSaved).toBe(false);
    gate.open();
    await answer;
    expect(await saved).toMatchObject({ n_saved: 13 });
  });

  it.each([
    ['/slots/0?action=save', { filename: '../a' }, 400, 'Invalid filename'],
    ['/slots/0?action=restore', { filename: '' }, 400, 'Invalid filename'],
    ['/slots/0?action=save', { filename: 'full' }, 500, 'Unable to save slot'],
    ['/slots/0?action=save', {}, 400, "[json.exception.out_of_range.403] key 'filename' not found"],
    ['/slots/0?action=save', '', 400, expect.stringContaining('not valid JSON')],
    ['/slots/0?action=save', { filename: 5 }, 400, expect.stringContaining('but is number')],
    ['/slots/x?action=erase', {}, 400, 'Invalid slot ID'],
    ['/slots/-1?action=erase', {}, 400, 'Invalid slot ID'],
    ['/slots/9999999999?action=erase', {}, 400, 'Invalid slot ID'],
    ['/slots/0?action=copy', {}, 400, 'Invalid action'],
    ['/slots/0', {}, 400, 'Invalid action'],
  ])('a faulty request is refused: %s of %j is %i', async (path, request, status, message) => {
    const { server } = start();
    const response = await server.post(path, request);
    expect(response.status).toBe(status);
    expect((await errorOf(response)).message).toEqual(message);
  });

  it('actions are 501 on a server without a place for files', async () => {
    const response = await testServer().post('/slots/0?action=erase', {});
    expect(await errorOf(response)).toEqual({
      code: 501,
      message: 'This server does not support slots action. Start it with `--slot-save-path`',
      type: 'not_supported_error',
    });
  });
});

describe('a file that cannot be restored', () => {
  const tokens = Array.from({ length: 129 }, () => 9);

  it.each([
    ['a file that is not there', null, 'No available space in KV cache or invalid slot save file'],
    ['another file', Uint8Array.of(1, 2), 'No available space in KV cache or invalid slot save file'],
    [
      'a cache of another size',
      encodeSlotFile({ tokens: [1, 2], cache: new Uint8Array(4) }),
      'No available space in KV cache or invalid slot save file',
    ],
    [
      'more tokens than a slot has room for',
      encodeSlotFile({ tokens, cache: new Uint8Array(4 * 129) }),
      'Restored prompt does not fit in the slot context',
    ],
    [
      'a token outside the vocabulary',
      encodeSlotFile({ tokens: [tokenizer.nVocab], cache: new Uint8Array(4) }),
      'Invalid tokens in slot save file',
    ],
  ])('the slot is left empty by %s', async (_, file, reason) => {
    const { server, files } = start();
    if (file) files.set('a', file);
    await server.complete(body);
    const response = await server.post('/slots/1?action=restore', { filename: 'a' });
    expect(await errorOf(response)).toEqual({
      code: 400,
      message: `Unable to restore slot: ${reason}`,
      type: 'invalid_request_error',
    });
    expect((await server.complete(body)).timings.cache_n).toBe(0);
  });
});
