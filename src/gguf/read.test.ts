import { readFileSync } from 'node:fs';
import { gguf as parseWithHuggingFace } from '@huggingface/gguf';
import { describe, expect, it } from 'vitest';
import { GGML_TYPES } from '../quant/types.ts';
import { PackedStrings } from '../util/packedStrings.ts';
import { openSource, readGguf, type TypedValue, writeGguf } from './index.ts';

const ONE_TENSOR = { name: 'x', type: 'F32', shape: [3, 2], data: new Uint8Array(24) } as const;

async function read(bytes: Uint8Array) {
  return readGguf(await openSource(bytes));
}

async function readValue(value: TypedValue) {
  const { metadata } = await read(writeGguf({ metadata: { key: value }, tensors: [] }));
  return metadata.get('key');
}

describe('readGguf', () => {
  const values: [TypedValue, unknown][] = [
    [{ type: 'uint8', value: 255 }, 255],
    [{ type: 'int8', value: -128 }, -128],
    [{ type: 'uint16', value: 65535 }, 65535],
    [{ type: 'int16', value: -32768 }, -32768],
    [{ type: 'uint32', value: 4294967295 }, 4294967295],
    [{ type: 'int32', value: -2147483648 }, -2147483648],
    [{ type: 'float32', value: 1.5 }, 1.5],
    [{ type: 'float64', value: 0.1 }, 0.1],
    [{ type: 'bool', value: true }, true],
    [{ type: 'bool', value: false }, false],
    [{ type: 'uint64', value: 2 ** 53 - 1 }, 2 ** 53 - 1],
    [{ type: 'uint64', value: 2n ** 64n - 1n }, 2n ** 64n - 1n],
    [{ type: 'int64', value: -5 }, -5],
    [{ type: 'int64', value: -(2n ** 63n) }, -(2n ** 63n)],
    [{ type: 'string', value: '' }, ''],
    [{ type: 'string', value: '\uFEFF▁日本\0' }, '\uFEFF▁日本\0'],
    [{ type: 'array', of: 'float32', value: [1, -2.5] }, [1, -2.5]],
    [{ type: 'array', of: 'bool', value: [true, false] }, [true, false]],
    [{ type: 'array', of: 'uint64', value: [1, 2n ** 60n + 1n] }, [1, 2n ** 60n + 1n]],
    [{ type: 'array', of: 'string', value: [] }, PackedStrings.of([])],
    [{ type: 'array', of: 'string', value: ['a', '', '▁日本\0'] }, PackedStrings.of(['a', '', '▁日本\0'])],
    [
      {
        type: 'array',
        of: 'array',
        value: [
          { type: 'array', of: 'string', value: ['a', 'b'] },
          { type: 'array', of: 'int8', value: [-1] },
        ],
      },
      [PackedStrings.of(['a', 'b']), [-1]],
    ],
  ];
  it.each(values.map(([value, expected]) => ({ value, expected })))(
    'reads back $value.type $expected',
    async ({ value, expected }) => {
      expect(await readValue(value)).toStrictEqual(expected);
    },
  );

  it.each([2, 3] as const)('reads version %i', async version => {
    const file = await read(writeGguf({ version, metadata: {}, tensors: [ONE_TENSOR] }));
    expect(file.version).toBe(version);
    expect([...file.tensors.keys()]).toEqual(['x']);
  });

  it.each([8, 32, 256])('places tensors at multiples of an alignment of %i', async alignment => {
    const data = new Uint8Array(34).fill(7);
    const bytes = writeGguf({
      metadata: { 'general.alignment': { type: 'uint32', value: alignment } },
      tensors: [
        { name: 'a', type: 'Q8_0', shape: [32], data: new Uint8Array(34) },
        { name: 'b', type: 'Q8_0', shape: [32, 1, 1, 1], data },
      ],
    });
    const { tensors } = await read(bytes);
    const b = tensors.get('b');
    expect(b).toMatchObject({ type: 'Q8_0', shape: [32, 1, 1, 1], nElements: 32, sizeBytes: 34 });
    const offset = b?.offset ?? Number.NaN;
    expect(offset % alignment).toBe(0);
    expect(bytes.subarray(offset, offset + 34)).toEqual(data);
  });

  it('reads only the header, in chunks', async () => {
    const bytes = writeGguf({
      metadata: { long: { type: 'array', of: 'string', value: Array(60000).fill('twelve bytes') } },
      tensors: [{ name: 'x', type: 'I8', shape: [1 << 22], data: new Uint8Array(1 << 22) }],
    });
    const source = await openSource(bytes);
    const lengths: number[] = [];
    const { metadata, tensors } = await readGguf({
      ...source,
      read: (offset, length) => {
        lengths.push(length);
        return source.read(offset, length);
      },
    });
    expect(metadata.get('long')).toHaveLength(60000);
    expect(tensors.size).toBe(1);
    expect(lengths.length).toBeGreaterThan(2);
    expect(lengths.reduce((sum, length) => sum + length)).toBeLessThan(2 ** 21);
  });
});

describe.each([
  'foretoken-stories-draft-q4_0.gguf',
  'foretoken-stories-moe-f16.gguf',
  'foretoken-stories-moe-q4_0.gguf',
])('%s', name => {
  const url = new URL(`../../public/models/${name}`, import.meta.url);

  it('gives the same metadata and tensors as @huggingface/gguf', async () => {
    const ours = await read(readFileSync(url));
    const theirs = await parseWithHuggingFace(url.pathname, { allowLocalFile: true });
    const { version, tensor_count, kv_count, ...metadata } = theirs.metadata;

    expect(ours.version).toBe(version);
    expect(ours.tensors.size).toBe(Number(tensor_count));
    expect(ours.metadata.size).toBe(Number(kv_count));
    const plain = [...ours.metadata].map(([key, value]) => [
      key,
      value instanceof PackedStrings ? [...value] : value,
    ]);
    expect(Object.fromEntries(plain)).toEqual(metadata);
    const tensors = [...ours.tensors.values()].map(tensor => ({
      name: tensor.name,
      shape: tensor.shape,
      type: GGML_TYPES[tensor.type].id,
      offset: tensor.offset,
    }));
    const dataOffset = Number(theirs.tensorDataOffset);
    expect(tensors).toEqual(
      theirs.tensorInfos.map(info => ({
        name: info.name,
        shape: info.shape.map(Number),
        type: info.dtype,
        offset: dataOffset + Number(info.offset),
      })),
    );
  });

  it('has its last tensor end at the end of the file', async () => {
    const bytes = readFileSync(url);
    const ends = [...(await read(bytes)).tensors.values()].map(({ offset, sizeBytes }) => offset + sizeBytes);
    expect(bytes.length - Math.max(...ends)).toBeLessThan(32);
  });
});
