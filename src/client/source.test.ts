import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { wireSource } from './source.ts';

// Resizable buffers are ES2024, which the type libraries lack.
const Resizable: new (length: number, options: { maxByteLength: number }) => ArrayBuffer = ArrayBuffer;

/** Bytes 0, 1, 2, 3 in the given kind of memory. */
function counting<B extends ArrayBufferLike>(buffer: B): Uint8Array<B> {
  const bytes = new Uint8Array(buffer);
  bytes.set([0, 1, 2, 3]);
  return bytes;
}

/** Node's Blob accepts any memory; a browser's throws for this kind. */
class StrictBlob extends Blob {
  constructor(parts: BlobPart[]) {
    for (const part of parts) {
      const buffer: unknown = ArrayBuffer.isView(part) ? part.buffer : part;
      const isFixed = buffer instanceof ArrayBuffer && !('resizable' in buffer && buffer.resizable);
      if (!isFixed) throw new TypeError('neither shared nor resizable');
    }
    super(parts);
  }
}

beforeAll(() => void vi.stubGlobal('Blob', StrictBlob));
afterAll(() => void vi.unstubAllGlobals());

describe('a list', () => {
  it('becomes one of addresses and Blobs, in its order', () => {
    const blob = new Blob([]);
    expect(wireSource([new URL('http://h/a.gguf'), blob, 'http://h/b.gguf'], 'model')).toEqual([
      'http://h/a.gguf',
      blob,
      'http://h/b.gguf',
    ]);
  });

  it('is refused when it is empty', () => {
    expect(() => wireSource([], 'modelDraft')).toThrow('modelDraft is an empty list');
  });

  it('is refused with the index of the item that is no source', () => {
    // @ts-expect-error: callers may come from JavaScript.
    expect(() => wireSource(['http://h/a.gguf', 3], 'model')).toThrow('model[1] must be a URL');
  });
});

describe('a model of the Hub', () => {
  it.each(['hf:Org/Na.me', 'hf:Org/Na.me:Q4_K_M', 'hf:Org/Na.me/a b/c.gguf'])(
    'is passed on by its name: %s',
    name => {
      expect(wireSource(name, 'model')).toBe(name);
    },
  );
});

describe('bytes become a Blob', () => {
  it.each([
    { kind: 'a buffer', source: counting(new ArrayBuffer(4)).buffer, expected: [0, 1, 2, 3] },
    {
      kind: 'a resizable buffer',
      source: counting(new Resizable(4, { maxByteLength: 8 })).buffer,
      expected: [0, 1, 2, 3],
    },
    { kind: 'a part of one', source: counting(new ArrayBuffer(4)).subarray(1, 3), expected: [1, 2] },
    {
      kind: 'a part of shared memory',
      source: counting(new SharedArrayBuffer(4)).subarray(1),
      expected: [1, 2, 3],
    },
  ])('from $kind', async ({ source, expected }) => {
    const blob = wireSource(source, 'model');
    if (!(blob instanceof Blob)) throw new Error('not a Blob');
    expect([...new Uint8Array(await blob.arrayBuffer())]).toEqual(expected);
  });

  it('without copying them first, where a Blob accepts them as they are', () => {
    const source = Object.assign(new Uint8Array(4), {
      slice: () => {
        throw new Error('copied');
      },
    });
    expect(wireSource(source, 'model')).toHaveProperty('size', 4);
  });
});
