import { describe, expect, it, vi } from 'vitest';
import type { GgufTensor } from '../../gguf/index.ts';
import { openGpu } from '../../gpu/device.ts';
import { FakeGpu } from '../../gpu/fakeGpu.ts';
import { quantize } from '../../quant/quantize.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { RepackMemory, repackInto } from '../../quant/repack.ts';
import { byteLength, type WeightType } from '../../quant/types.ts';
import {
  allocateMatrix,
  type MatrixPlan,
  matrixBytes,
  matrixUploads,
  planMatrices,
  planMatrix,
} from './matrix.ts';
import { splitMatrix } from './shards.ts';

/** Tensor at an offset of a file. */
function tensorOf(type: WeightType, k: number, nRows: number, offset = 96): GgufTensor {
  const sizeBytes = byteLength(type, k * nRows);
  return { name: `tensor at ${offset}`, type, shape: [k, nRows], nElements: k * nRows, offset, sizeBytes };
}

describe('a matrix', () => {
  it.each([
    // Quants of a Q4_0 row of 64 values: 32 bytes; of an F32 row 256.
    { what: 'that fits is whole', type: 'Q4_0', n: 10, nGroups: 1, maxBytes: 320, parts: [10] },
    { what: 'is split evenly', type: 'Q4_0', n: 10, nGroups: 1, maxBytes: 319, parts: [8, 2] },
    {
      what: 'has parts of whole fours',
      type: 'F32',
      n: 40,
      nGroups: 1,
      maxBytes: 256 * 17,
      parts: [16, 16, 8],
    },
    { what: 'has even parts', type: 'F32', n: 40, nGroups: 1, maxBytes: 256 * 36, parts: [20, 20] },
    {
      what: 'has some rows of every group',
      type: 'F32',
      n: 24,
      nGroups: 3,
      maxBytes: 256 * 41,
      parts: [12, 12],
    },
    { what: 'has no parts of less than four', type: 'F32', n: 8, nGroups: 1, maxBytes: 256 * 3, parts: [8] },
    // Scales of a Q5_0 block are half as large as its quants; F32 has none; those of Q6_K are three quarters.
    { what: 'has two buffers', type: 'Q5_0', n: 16, nGroups: 1, maxBytes: 32 * 8, parts: [8, 8] },
  ] as const)(
    '$what: $n rows of $nGroups groups in $maxBytes bytes',
    ({ type, n, nGroups, maxBytes, parts }) => {
      const plan = planMatrix('m', [tensorOf(type, 64, n * nGroups)], nGroups);
      const split = splitMatrix(plan, { maxBytes });
      expect(split.map(part => part.n)).toEqual(parts);
      expect(split.every(part => part.nGroups === nGroups)).toBe(true);
      if (split.length > 1) expect(Math.max(...split.flatMap(matrixBytes))).toBeLessThanOrEqual(maxBytes);
    },
  );

  it('of more rows than one dispatch multiplies is split', () => {
    const plan = planMatrix('m', [tensorOf('Q4_0', 64, 40)]);
    const parts = splitMatrix(plan, { maxBytes: 1e6, maxRows: 18 });
    expect(parts.map(({ n }) => n)).toEqual([16, 16, 8]);
  });

  it('whose groups share words of scales is not split', () => {
    // Five blocks of half a word each.
    const plan = planMatrix('m', [tensorOf('Q4_0', 160, 7 * 3)], 3);
    expect(splitMatrix(plan, { maxBytes: 16 * 5 * 12 })).toEqual([plan]);
  });

  it('of one group is split although its last row shares words of scales', () => {
    const plan = planMatrix('m', [tensorOf('Q4_0', 160, 7)]);
    expect(splitMatrix(plan, { maxBytes: 16 * 5 * 4 }).map(({ n }) => n)).toEqual([4, 3]);
  });
});

describe('the parts of a matrix', () => {
  it.each([
    { type: 'Q4_0', k: 160, n: 22, nGroups: 1 },
    { type: 'Q8_0', k: 96, n: 18, nGroups: 6 },
    { type: 'F16', k: 40, n: 9, nGroups: 2 },
    { type: 'Q6_K', k: 256, n: 12, nGroups: 2 },
    { type: 'Q5_1', k: 32, n: 24, nGroups: 4 },
  ] as const)('get the rows of every group in order: $type, $n rows of $nGroups', async shape => {
    const { type, k, n, nGroups } = shape;
    const rowBytes = byteLength(type, k);
    const file = quantize(type, randomValues(k * n * nGroups, 1));
    // Two tensors, of which the second one lies first.
    const nFirst = nGroups === 1 ? 8 : (n * nGroups) / 2;
    const second = tensorOf(type, k, n * nGroups - nFirst, 0);
    const first = tensorOf(type, k, nFirst, second.sizeBytes);
    const inFile = [...file.subarray(nFirst * rowBytes), ...file.subarray(0, nFirst * rowBytes)];
    const [plan, ...others] = planMatrices('m', [first, second], nGroups);
    expect(others).toEqual([]);

    const parts = splitMatrix(plan, { maxBytes: Math.ceil(Math.max(...matrixBytes(plan)) / 2.1) });
    expect(parts.length).toBeGreaterThan(2);
    let from = 0;
    for (const part of parts) {
      const rows = Array.from({ length: nGroups }, (_, group) => {
        const row = group * n + from;
        return [...file.subarray(row * rowBytes, (row + part.n) * rowBytes)];
      });
      const expected = repackInto(type, Uint8Array.from(rows.flat()), k, part.n * nGroups);
      const uploaded = await upload(part, Uint8Array.from(inFile));
      expect(uploaded.quants).toEqual(expected.quants);
      if (expected.scales.length > 0) expect(uploaded.scales).toEqual(expected.scales);
      from += part.n;
    }
    expect(from).toBe(n);
  });
});

describe('a matrix of rows in an order', () => {
  /** Rotation pairs i and i + 4 of each head of 8 rows become neighbours. */
  const neox = (row: number) => row - (row % 8) + (row % 2) * 4 + ((row % 8) >> 1);
  const k = 64;
  const fused = tensorOf('Q5_0', k, 48, 0);
  const other = tensorOf('Q5_0', k, 4, fused.sizeBytes);
  const file = quantize('Q5_0', randomValues(k * 52, 1));
  const rowBytes = byteLength('Q5_0', k);
  const row = (at: number) => [...file.subarray(at * rowBytes, (at + 1) * rowBytes)];
  const plan = planMatrix('m', [
    { tensor: fused, firstRow: 24, rows: 16, order: neox },
    other,
    { tensor: fused, firstRow: 2, rows: 2 },
  ]);
  const places = [...Array.from({ length: 16 }, (_, i) => 24 + neox(i)), 48, 49, 50, 51, 2, 3];

  it.each([
    { what: 'whole', maxBytes: 1 << 20, parts: 1 },
    { what: 'in parts that cut heads', maxBytes: 4 * 32, parts: 6 },
  ])('has them $what', async ({ maxBytes, parts }) => {
    const split = splitMatrix(plan, { maxBytes });
    expect(split.length).toBe(parts);
    let from = 0;
    for (const part of split) {
      const expected = places.slice(from, from + part.n).flatMap(row);
      from += part.n;
      const { quants, scales } = await upload(part, file);
      expect({ quants, scales }).toEqual(repackInto('Q5_0', Uint8Array.from(expected), k, part.n));
    }
    expect(from).toBe(22);
  });

  it('reads only the file from the first of its rows to the last', async () => {
    const reads = await readsOf(plan);
    expect(reads).toEqual([
      { offset: 24 * rowBytes, length: 16 * rowBytes },
      { offset: 48 * rowBytes, length: 4 * rowBytes },
      { offset: 2 * rowBytes, length: 2 * rowBytes },
    ]);
  });

  it('has no row that its tensor lacks', async () => {
    const beyond = planMatrix('m', [{ tensor: other, firstRow: 2, rows: 2, order: row => row + 1 }]);
    await expect(readsOf(beyond)).rejects.toThrow('rows 3 to 5 of tensor at');
  });
});

/** Reads of a matrix's uploads. */
async function readsOf(plan: MatrixPlan) {
  vi.stubGlobal('GPUBufferUsage', { STORAGE: 0x80, COPY_DST: 0x8 });
  const gpu = await openGpu(new Map(), { gpu: new FakeGpu().asGpu() });
  return matrixUploads(gpu, plan, allocateMatrix(gpu, plan)).map(({ offset, length }) => ({
    offset,
    length,
  }));
}

/** Contents of a part's buffers after its upload. */
async function upload(part: MatrixPlan, file: Uint8Array) {
  vi.stubGlobal('GPUBufferUsage', { STORAGE: 0x80, COPY_DST: 0x8 });
  const fake = new FakeGpu();
  const gpu = await openGpu(new Map(), { gpu: fake.asGpu() });
  const matrix = allocateMatrix(gpu, part);
  const quants = new Uint32Array(matrix.quants.size / 4);
  const scales = matrix.scales === matrix.quants ? quants : new Uint32Array(matrix.scales.size / 4);
  vi.spyOn(gpu.device.queue, 'writeBuffer').mockImplementation((buffer, offset, data) => {
    if (data instanceof Uint32Array) (buffer === matrix.quants ? quants : scales).set(data, offset / 4);
  });
  for (const { offset, length, write } of matrixUploads(gpu, part, matrix))
    write(file.subarray(offset, offset + length), new RepackMemory());
  return { quants, scales };
}
