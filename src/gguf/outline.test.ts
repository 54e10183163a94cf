import { describe, expect, it } from 'vitest';
import { LARGE_MODELS, type LargeModel, largeFile } from '../model/largeFile.ts';
import { ForetokenError } from '../util/errors.ts';
import type { ByteSource } from './byteSource.ts';
import { readOutline } from './outline.ts';
import { readGguf } from './read.ts';
import type { GgufFile } from './types.ts';

const MODELS = Object.entries(LARGE_MODELS).map(([name, model]) => ({ name, model }));
const LLAMA: LargeModel = LARGE_MODELS['llama 2 7B'];

/** Everything that a file says except its vocabulary, or the reason why it cannot be read. */
async function contents(reading: Promise<GgufFile>): Promise<unknown> {
  try {
    const { version, metadata, tensors } = await reading;
    const small = [...metadata].filter(([key]) => !/\.(tokens|scores|token_type|merges)$/.test(key));
    return { version, metadata: new Map(small), tensors };
  } catch (error) {
    return ForetokenError.from(error).message;
  }
}

/** Source with other bytes than `source` has. */
function changed(source: ByteSource, change: (bytes: Uint8Array, offset: number) => void): ByteSource {
  return {
    ...source,
    async read(offset, length, signal) {
      const bytes = await source.read(offset, length, signal);
      change(bytes, offset);
      return bytes;
    },
  };
}

/** Sets a byte of the file. */
const poke = (source: ByteSource, at: number, value: number) =>
  changed(source, (bytes, offset) => {
    if (at >= offset && at < offset + bytes.length) bytes[at - offset] = value;
  });

describe('an outline', () => {
  it.each(MODELS)('of $name is what its whole header says, for some 200 KB', async ({ name, model }) => {
    const file = largeFile(name, model);
    expect((await readOutline(file.source)).nTokens).toBe(model.nTokens);
    expect(file.bytesRead()).toBeLessThan(200_000);
    expect(file.bytesRead()).toBeLessThan(file.headerBytes / 3);
    expect(await contents(readOutline(file.source))).toEqual(await contents(readGguf(file.source)));
  });

  it('is the whole header where the vocabulary is small', async () => {
    const { source } = largeFile('small', { ...LLAMA, nTokens: 500, hints: {} });
    const { metadata, nTokens } = await readOutline(source);
    expect(nTokens).toBe(500);
    expect(metadata.has('tokenizer.ggml.tokens')).toBe(true);
  });

  const template = (length: number) => ({
    'tokenizer.chat_template': { type: 'string', value: 'x'.repeat(length) } as const,
  });
  const odd: readonly [what: string, source: ByteSource][] = [
    ['a chat template of 40 KB', largeFile('m', { ...LLAMA, more: template(40_000) }).source],
    ['a chat template of 400 KB', largeFile('m', { ...LLAMA, more: template(400_000) }).source],
    [
      'the alignment behind its vocabulary',
      largeFile('m', { ...LLAMA, more: { 'general.alignment': { type: 'uint32', value: 32 } } }).source,
    ],
    [
      'hyper-parameters behind its vocabulary',
      largeFile('m', { ...LLAMA, more: { 'llama.rope.scaling.factor': { type: 'float32', value: 4 } } })
        .source,
    ],
    [
      'names of tensors in its vocabulary',
      // A chat template that contains the info of a tensor, byte by byte.
      largeFile('m', {
        ...LLAMA,
        more: {
          'tokenizer.chat_template': {
            type: 'string',
            value: `\u0007\0\0\0\0\0\0\0blk.0.x\u0001\0\0\0\u0020\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0`,
          },
        },
      }).source,
    ],
    ['weights of zeros', zeroWeights()],
    ['bytes after its weights', longer(1000)],
    ['fewer bytes than its weights', longer(-1000)],
    ['more tensors than announced', poke(largeFile('m', LLAMA).source, 8, 1)],
    ['fewer tensors than announced', poke(largeFile('m', LLAMA).source, 9, 9)],
    ['more pairs than announced', poke(largeFile('m', LLAMA).source, 16, 20)],
  ];
  it.each(odd)('says what the whole header says of a file with %s', async (_, source) => {
    expect(await contents(readOutline(source))).toEqual(await contents(readGguf(source)));
  });

  it('says what the whole header says of a file with any byte around its vocabulary changed', async () => {
    const { source, headerBytes } = largeFile('m', LLAMA);
    const nBefore = Buffer.from(await source.read(0, 4096)).indexOf('tokenizer.ggml.tokens');
    for (let i = 0; i < 40; i++) {
      const at = i % 2 === 0 ? (i * 7919) % nBefore : headerBytes - 1 - ((i * 7919) % 20_000);
      const broken = poke(source, at, (i * 37 + 11) % 256);
      expect(await contents(readOutline(broken)), `byte ${at}`).toEqual(await contents(readGguf(broken)));
    }
  });
});

function zeroWeights(): ByteSource {
  const { source, headerBytes } = largeFile('m', LLAMA);
  return changed(source, (bytes, offset) => bytes.fill(0, Math.max(0, headerBytes - offset)));
}

function longer(byBytes: number): ByteSource {
  const { source } = largeFile('m', LLAMA);
  return { ...source, sizeBytes: source.sizeBytes + byBytes };
}
