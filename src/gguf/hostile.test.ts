import { describe, expect, it } from 'vitest';
import { ForetokenError } from '../util/errors.ts';
import { ByteWriter } from './byteWriter.ts';
import { openSource, readGguf, writeGguf } from './index.ts';
import { VALUE_TYPES, type ValueType } from './types.ts';

const MAGIC = 0x46554747;
const HUGE = 2n ** 60n;

/** File written by hand, with zeros after it. */
function file(write: (writer: ByteWriter) => unknown, nPaddingBytes = 0): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  writer.bytes(new Uint8Array(nPaddingBytes));
  return writer.toBytes();
}

function header(writer: ByteWriter, nTensors: number | bigint, nPairs: number | bigint): void {
  writer.uint32(MAGIC);
  writer.uint32(3);
  writer.uint64(nTensors);
  writer.uint64(nPairs);
}

/** File with one metadata pair whose value is written by hand. */
function pair(type: ValueType | number, writeValue: (writer: ByteWriter) => unknown, key = 'k'): Uint8Array {
  return file(writer => {
    header(writer, 0, 1);
    writer.string(key);
    writer.uint32(typeof type === 'number' ? type : VALUE_TYPES.indexOf(type));
    writeValue(writer);
  }, 64);
}

interface RawTensor {
  name?: string | Uint8Array;
  dims?: (number | bigint)[];
  type?: number;
  offset?: number | bigint;
}

function tensors(infos: RawTensor[], nDataBytes = 256): Uint8Array {
  return file(writer => {
    header(writer, infos.length, 0);
    for (const { name = 'x', dims = [4], type = 0, offset = 0 } of infos) {
      writer.string(name);
      writer.uint32(dims.length);
      for (const size of dims) writer.uint64(size);
      writer.uint32(type);
      writer.uint64(offset);
    }
    writer.align(32);
  }, nDataBytes);
}

function nested(depth: number): Uint8Array {
  return pair('array', writer => {
    for (let i = 0; i < depth; i++) {
      writer.uint32(VALUE_TYPES.indexOf('array'));
      writer.uint64(1);
    }
    writer.uint32(VALUE_TYPES.indexOf('uint8'));
    writer.uint64(0);
  });
}

const HOSTILE: readonly [what: string, bytes: Uint8Array, message: RegExp][] = [
  ['an empty file', new Uint8Array(), /ends within the magic, after 0 bytes/],
  ['a file of another format', new TextEncoder().encode('PK\u0003\u0004 and more'), /not with "GGUF"/],
  ['a big-endian file', file(w => w.bytes(Uint8Array.of(71, 71, 85, 70, 0, 0, 0, 3)), 64), /big-endian/],
  ['version 0', file(w => [w.uint32(MAGIC), w.uint32(0)], 64), /version 0; versions 2 and 3/],
  ['version 1', file(w => [w.uint32(MAGIC), w.uint32(1)], 64), /version 1;/],
  ['version 4', file(w => [w.uint32(MAGIC), w.uint32(4)], 64), /version 4;/],
  ['2^60 tensors', file(w => header(w, HUGE, 0)), /number of tensors is 1152921504606846976/],
  ['more tensors than fit', file(w => header(w, 3, 0), 64), /claims 3 tensors but only 72 bytes/],
  ['more pairs than fit', file(w => header(w, 0, 100), 64), /claims 100 metadata pairs/],
  ['a key of 2^60 bytes', file(w => [header(w, 0, 1), w.uint64(HUGE)], 64), /bytes of metadata key 0 is 115/],
  [
    'a string longer than the file',
    pair('string', w => w.uint64(1e9)),
    /claims 1000000000 bytes of the value/,
  ],
  ['a string of 2^60 bytes', pair('string', w => w.uint64(HUGE)), /the value of "k" is 1152921504606846976/],
  [
    'an array of 2^50 bytes',
    pair('array', w => [w.uint32(0), w.uint64(2 ** 50)]),
    /claims 1125899906842624 el/,
  ],
  [
    'an array of 2^40 strings',
    pair('array', w => [w.uint32(8), w.uint64(2 ** 40)]),
    /claims 1099511627776 el/,
  ],
  ['an array of an unknown type', pair('array', w => w.uint32(13)), /unknown type 13/],
  ['a value of an unknown type', pair(99, () => {}), /"k" has the unknown type 99/],
  ['a bool that is neither 0 nor 1', pair('bool', w => w.bytes(Uint8Array.of(2))), /bool with the byte 2/],
  ['arrays nested 9 deep', nested(8), /nests arrays more than 8 deep/],
  ['arrays nested 100000 deep', nested(100000), /nests arrays more than 8 deep/],
  ['an empty key', pair('uint8', () => {}, ''), /metadata key 0 is empty/],
  ['a key with a NUL', pair('uint8', () => {}, 'a\0b'), /metadata key 0 contains a NUL/],
  ['a key of 65536 bytes', pair('uint8', () => {}, 'k'.repeat(65536)), /has 65536 bytes, more than 65535/],
  [
    'a key that is not UTF-8',
    file(w => [header(w, 0, 1), w.string(Uint8Array.of(0xff))], 64),
    /metadata key 0 is not UTF-8/,
  ],
  [
    'a key that appears twice',
    file(w => {
      header(w, 0, 2);
      for (const value of [1, 2]) {
        w.string('k');
        w.uint32(VALUE_TYPES.indexOf('uint32'));
        w.uint32(value);
      }
    }, 64),
    /key "k" appears twice/,
  ],
  ['an alignment of 0', pair('uint32', w => w.uint32(0), 'general.alignment'), /is 0, not a power of two/],
  ['an alignment of 24', pair('uint32', w => w.uint32(24), 'general.alignment'), /is 24, not a power of two/],
  ['an alignment of 0.5', pair('float32', w => w.scalar('float32', 0.5), 'general.alignment'), /is 0.5, not/],
  [
    'an alignment that is text',
    pair('string', w => w.string('32'), 'general.alignment'),
    /is 32, not a power/,
  ],
  ['a tensor without a name', tensors([{ name: '' }]), /name of tensor 0 is empty/],
  ['a tensor name of 65 bytes', tensors([{ name: 'n'.repeat(65) }]), /has 65 bytes, more than 64/],
  ['a tensor name with a NUL', tensors([{ name: 'a\0' }]), /name of tensor 0 contains a NUL/],
  ['two tensors of one name', tensors([{}, { offset: 32 }]), /tensor "x" appears twice/],
  ['a tensor without dimensions', tensors([{ dims: [] }]), /0 dimensions instead of 1 to 4/],
  ['a tensor of five dimensions', tensors([{ dims: [1, 1, 1, 1, 1] }]), /5 dimensions instead of 1 to 4/],
  [
    'a tensor of 2^32-1 dimensions',
    file(w => [header(w, 1, 0), w.string('x'), w.uint32(2 ** 32 - 1)], 64),
    /4294967295 d/,
  ],
  ['a dimension of 0', tensors([{ dims: [4, 0] }]), /shape \[4, 0\] has no elements/],
  ['a dimension of 2^60', tensors([{ dims: [HUGE] }]), /dimension 0 of tensor "x" is 1152921504606846976/],
  ['dimensions whose product overflows', tensors([{ dims: [2 ** 32, 2 ** 32] }]), /is too large/],
  [
    'rows that are no multiple of the block',
    tensors([{ dims: [48, 2], type: 2 }]),
    /48 values, not a multiple of the 32/,
  ],
  ['a misaligned tensor', tensors([{ offset: 8 }]), /offset 8, not a multiple of the alignment 32/],
  ['a tensor at offset 2^60', tensors([{ offset: HUGE }]), /offset of tensor "x" is 1152921504606846976/],
  ['a tensor beyond the end', tensors([{ offset: 4096 }]), /ends at byte 4176 but the file has 320/],
  [
    'a tensor that is cut off',
    tensors([{ dims: [65] }]),
    /ends at byte 324 but the file has 320; it may be an incomp/,
  ],
  [
    'overlapping tensors',
    tensors([
      { name: 'b', dims: [4], offset: 32 },
      { name: 'a', dims: [9] },
    ]),
    /tensors "a" and "b" overlap at byte 128/,
  ],
  ['two tensors in one place', tensors([{ name: 'a' }, { name: 'b' }]), /tensors "a" and "b" overlap/],
];

describe('readGguf', () => {
  it.each(HOSTILE)('rejects %s', async (_, bytes, message) => {
    const error = await readGguf(await openSource(bytes)).catch(thrown => thrown);
    expect(error).toBeInstanceOf(ForetokenError);
    expect(error).toMatchObject({ code: 'invalid_gguf', message: expect.stringMatching(message) });
  });

  it.each([4, 31, 36, 43, 4294967295])('names a tensor of the unknown type %i', async type => {
    await expect(readGguf(await openSource(tensors([{ type }])))).rejects.toMatchObject({
      code: 'unsupported_model',
      message: expect.stringContaining(`tensor "x" has the unknown type ${type}`),
    });
  });

  it('rejects a file cut off at any byte', async () => {
    const whole = writeGguf({
      metadata: {
        a: { type: 'array', of: 'string', value: ['one', 'two'] },
        b: { type: 'float64', value: 1 },
      },
      tensors: [{ name: 'x', type: 'F32', shape: [2], data: new Uint8Array(8) }],
    });
    await readGguf(await openSource(whole));
    for (let length = 0; length < whole.length; length++) {
      const source = await openSource(whole.subarray(0, length));
      await expect(readGguf(source), `${length} bytes`).rejects.toMatchObject({ code: 'invalid_gguf' });
    }
  });

  it('throws nothing but a ForetokenError, whatever byte is wrong', async () => {
    const whole = writeGguf({
      metadata: { a: { type: 'array', of: 'string', value: ['one'] }, b: { type: 'bool', value: true } },
      tensors: [{ name: 'x', type: 'Q4_0', shape: [32, 2], data: new Uint8Array(36) }],
    });
    for (let at = 0; at < whole.length; at++) {
      for (const byte of [0, 1, 9, 0x7f, 0xff]) {
        const source = await openSource(whole.with(at, byte));
        const error = await readGguf(source).catch(thrown => thrown);
        if (error instanceof Error) expect(error).toBeInstanceOf(ForetokenError);
      }
    }
  });

  it('rejects a header that does not end', async () => {
    const begin = pair('array', writer => {
      writer.uint32(VALUE_TYPES.indexOf('string'));
      writer.uint64(2 ** 40);
      writer.uint64(2 ** 27);
    });
    const endless = {
      name: 'endless.gguf',
      sizeBytes: 2 ** 45,
      async read(_offset: number, length: number) {
        const bytes = new Uint8Array(length);
        bytes.set(begin);
        return bytes;
      },
    };
    await expect(readGguf(endless)).rejects.toMatchObject({
      code: 'invalid_gguf',
      message: expect.stringContaining('header is longer than 67108864 bytes'),
    });
  });
});
