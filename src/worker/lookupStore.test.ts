import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSampler } from '../engine/sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from '../engine/sampler/params.ts';
import type { Sequence } from '../engine/sequence.ts';
import { withDefaults } from '../protocol/options.ts';
import { PackedStrings } from '../util/packedStrings.ts';
import type { KeptFile } from './keptFile.ts';
import { LookupStore, vocabularyKey } from './lookupStore.ts';
import { createDrafts } from './speculation.ts';

/** File in memory. */
class FakeFile implements KeptFile {
  bytes: Uint8Array | null;
  nWrites = 0;
  failure: Error | null = null;
  /** Ends the current write, if writes have to wait. */
  release: (() => void) | null = null;
  isSlow = false;

  constructor(bytes: Uint8Array | null = null) {
    this.bytes = bytes;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.failure) throw this.failure;
    return this.bytes;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.nWrites++;
    if (this.failure) throw this.failure;
    if (this.isSlow) await new Promise<void>(resolve => (this.release = resolve));
    this.bytes = bytes;
  }
}

const VOCABULARY = await vocabularyKey({
  tokens: PackedStrings.of(Array.from({ length: 97 }, (_, i) => `${i}`)),
});
const ANSWER = [21, 22, 23, 24, 25];
const EVERY_MS = 10_000;

let lines: string[];
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
});
afterEach(() => vi.useRealTimers());

function open(file: KeptFile, vocabulary = VOCABULARY): Promise<LookupStore> {
  return LookupStore.open({ file, vocabulary, limit: 1024, log: line => lines.push(line) });
}

function sequenceOf(tokens: number[]): Sequence {
  return {
    ...{ slot: 0, tokens, nPast: tokens.length - 1, probs: null, nRemain: 100 },
    sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 1 }, 97),
    speculative: { nMin: 0, nMax: 3, pMin: 0 },
  };
}

function answer({ memory }: LookupStore, tokens: readonly number[] = ANSWER): Sequence {
  const sequence = sequenceOf([1, 2, 3]);
  memory.guess(sequence, 8);
  sequence.tokens.push(...tokens);
  return sequence;
}

/** First draft of a server with this store, for a prompt that the answer followed. */
async function firstDraft({ memory }: LookupStore): Promise<number[]> {
  const options = withDefaults({ specType: ['ngram-suffix'], draftAdaptive: false });
  const drafts = createDrafts(options, null, memory);
  return (await drafts?.draft([{ sequence: sequenceOf([1, 2, 3]), nMax: 5 }]))?.[0] ?? [];
}

describe('LookupStore', () => {
  it('a server drafts at once what an earlier one learned, and an empty file teaches nothing', async () => {
    const file = new FakeFile();
    const first = await open(file);
    expect(await firstDraft(first)).toEqual([]);
    answer(first);
    await first.close();
    const second = await open(file);
    expect(second.warning).toBeNull();
    expect(await firstDraft(second)).toEqual(ANSWER);
    await second.close();
  });

  it('it saves every 10 s, only what is new, and at its end', async () => {
    const file = new FakeFile();
    const store = await open(file);
    const nWrites = [];
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    nWrites.push(file.nWrites);
    const sequence = answer(store);
    await vi.advanceTimersByTimeAsync(EVERY_MS - 1);
    nWrites.push(file.nWrites);
    await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
    nWrites.push(file.nWrites);
    sequence.tokens.push(26);
    await store.close();
    nWrites.push(file.nWrites);
    await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
    nWrites.push(file.nWrites);
    expect(nWrites).toEqual([0, 0, 1, 2, 2]);
    const next = await open(file);
    expect(next.memory.learned().tokens.at(-1)).toBe(26);
    await next.close();
  });

  it('one save follows another, however long they take', async () => {
    const file = new FakeFile();
    file.isSlow = true;
    const store = await open(file);
    const sequence = answer(store);
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    sequence.tokens.push(26);
    await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
    expect(file.nWrites).toBe(1);
    const closed = store.close();
    file.isSlow = false;
    file.release?.();
    await closed;
    expect(file.nWrites).toBe(2);
  });

  it('a save that failed is a line of the log, and is tried again', async () => {
    const file = new FakeFile();
    const store = await open(file);
    answer(store);
    file.failure = new Error('the disk is full');
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(lines).toEqual(['lookupCache: what look-ups learned could not be saved: the disk is full']);
    file.failure = null;
    await store.close();
    expect(file.bytes).not.toBeNull();
  });

  it.each<[string, Uint8Array | null, Error | null, string]>([
    ['is another file', new TextEncoder().encode('my only copy'), null, 'is no cache of look-ups'],
    ['is empty', new Uint8Array(), null, 'is no cache of look-ups'],
    ['cannot be read', null, new Error('permission denied'), 'cannot be read: permission denied'],
  ])('a file that %s is a warning, and stays as it is', async (_, bytes, failure, reason) => {
    const file = new FakeFile(bytes);
    file.failure = failure;
    const store = await open(file);
    expect(store.warning).toContain(reason);
    file.failure = null;
    answer(store);
    await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
    await store.close();
    expect(file.nWrites).toBe(0);
    expect(await firstDraft(store)).toEqual(ANSWER);
  });

  it.each<[string, readonly string[], string]>([
    ['other texts', Array.from({ length: 97 }, (_, i) => `${i + 1}`), 'belongs to another vocabulary'],
    ['fewer tokens', ['a'], 'belongs to a vocabulary of 97 tokens; the model has 1'],
  ])('the file of a model with %s stays as it is', async (_, texts, reason) => {
    const file = new FakeFile();
    const first = await open(file);
    answer(first);
    await first.close();
    const other = await open(file, await vocabularyKey({ tokens: PackedStrings.of(texts) }));
    expect(other.warning).toContain(reason);
    answer(other);
    await other.close();
    expect(file.nWrites).toBe(1);
  });

  it('the digest tells vocabularies apart whose texts are the same when they are joined', async () => {
    const [a, b] = await Promise.all(
      [
        ['ab', 'c'],
        ['a', 'bc'],
      ].map(texts => vocabularyKey({ tokens: PackedStrings.of(texts) })),
    );
    expect(a.digest).not.toEqual(b.digest);
  });
});
