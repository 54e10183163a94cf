import { describe, expect, it, vi } from 'vitest';
import type { ByteSource } from '../../gguf/index.ts';
import { runUploads, type Upload } from './upload.ts';

/** Lets all pending work finish. */
const settled = () => new Promise(resolve => setTimeout(resolve));

interface HeldRead {
  readonly offset: number;
  /** Delivers its bytes, each of which is the number of the stretch. */
  finish(): void;
  fail(error: Error): void;
}

/** File in stretches of ten bytes, whose reads a test completes one by one. */
class HeldSource implements ByteSource {
  readonly name = 'held';
  readonly sizeBytes = 100;
  readonly reads: HeldRead[] = [];

  read(offset: number, length: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const finish = () => resolve(new Uint8Array(length).fill(offset / 10));
      this.reads.push({ offset, finish, fail: reject });
    });
  }
}

/** Runs uploads of `stretches` in that order and records the writes. */
function start(stretches: readonly number[]) {
  const source = new HeldSource();
  const written: { readonly stretch: number; readonly bytes: readonly number[] }[] = [];
  const loaded: number[] = [];
  const uploads = stretches.map(
    (stretch): Upload => ({
      offset: 10 * stretch,
      length: 2,
      write: bytes => written.push({ stretch, bytes: [...bytes] }),
    }),
  );
  return { source, written, loaded, done: runUploads(source, uploads, bytes => loaded.push(bytes)) };
}

describe('uploads', () => {
  it('are made in the order of the file, each with its own bytes', async () => {
    const { source, written, loaded, done } = start([3, 0, 4, 1]);
    for (let i = 0; i < 4; i++) {
      await expect.poll(() => source.reads[i], { interval: 1 }).toBeDefined();
      source.reads[i]?.finish();
    }
    await done;
    expect(source.reads.map(({ offset }) => offset)).toEqual([0, 10, 30, 40]);
    expect(written).toEqual([0, 1, 3, 4].map(stretch => ({ stretch, bytes: [stretch, stretch] })));
    expect(loaded).toEqual([2, 4, 6, 8]);
  });

  it('wait for an earlier one that takes longer', async () => {
    const { source, written, done } = start([0, 1, 2]);
    source.reads[2]?.finish();
    source.reads[1]?.finish();
    await settled();
    expect(written).toEqual([]);
    source.reads[0]?.finish();
    await done;
    expect(written.map(({ stretch }) => stretch)).toEqual([0, 1, 2]);
  });

  it('have four reads pending, and start the next when one is consumed', async () => {
    const { source, done } = start([0, 1, 2, 3, 4]);
    const begun = [source.reads.length];
    for (let i = 0; i < 5; i++) {
      source.reads[i]?.finish();
      await settled();
      begun.push(source.reads.length);
    }
    await done;
    expect(begun).toEqual([4, 5, 5, 5, 5, 5]);
  });

  it('end with the first failure, without unhandled rejections', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { source, written, done } = start([0, 1, 2, 3, 4]);
    const failed = expect(done).rejects.toThrow('connection lost');
    source.reads[2]?.fail(new Error('timed out'));
    await settled();
    source.reads[0]?.finish();
    source.reads[1]?.fail(new Error('connection lost'));
    await failed;
    for (const read of source.reads) read.fail(new Error('too late'));
    await settled();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(written.map(({ stretch }) => stretch)).toEqual([0]);
  });
});
