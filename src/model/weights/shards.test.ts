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
    // Quants of 32 Q4_0 rows of 64 values: 1 KiB; of F32 rows 8 KiB.
    { what: 'that fits is whole', type: 'Q4_0', n: 80, nGroups: 1, maxBytes: 3 << 10, parts: [80] },
    { what: 'is split evenly', type: 'Q4_0', n: 80, nGroups: 1, maxBytes: (3 << 10) - 1, parts: [64, 16] },
    { what: 'has parts of 32 rows', type: 'F32', n: 90, nGroups: 1, maxBytes: 9000, parts: [32, 32, 26] },
    { what: 'has even parts', type: 'F32', n: 320, nGroups: 1, maxBytes: 8192 * 9, parts: [160, 160] },
    {
      what: 'has some rows of every group',
      type: 'F32',
      n: 96,
      nGroups: 3,
      maxBytes: 8192 * 7,
      parts: [64, 32],
    },
    { what: 'has no parts of less than 32', type: 'F32', n: 40, nGroups: 1, maxBytes: 8191, parts: [40] },
    // Scales of a Q5_0 block are half as large as its quants; F32 has none; those of Q6_K are three quarters.
    { what: 'has two buffers', type: 'Q5_0', n: 64, nGroups: 1, maxBytes: 1 << 10, parts: [32, 32] },
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
    const plan = planMatrix('m', [tensorOf('Q4_0', 64, 160)]);
    const parts = splitMatrix(plan, { maxBytes: 1e6, maxRows: 70 });
    expect(parts.map(({ n }) => n)).toEqual([64, 64, 32]);
  });
});

describe('the parts of a matrix', () => {
  it.each([
    { type: 'Q4_0', k: 160, n: 150, nGroups: 1 },
    { type: 'Q8_0', k: 96, n: 100, nGroups: 6 },
    { type: 'F16', k: 40, n: 73, nGroups: 2 },
    { type: 'Q6_K', k: 256, n: 96, nGroups: 2 },
    { type: 'Q5_1', k: 32, n: 70, nGroups: 4 },
    { type: 'Q8_0', k: 32, n: 65, nGroups: 1 },
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
      const expected = rows.map(group => {
        const { quants, scales } = repackInto(type, Uint8Array.from(group), k, part.n);
        return { quants: [...quants], scales: [...scales] };
      });
      const uploaded = await upload(part, Uint8Array.from(inFile));
      expect([...uploaded.quants]).toEqual(expected.flatMap(({ quants }) => quants));
      const scales = expected.flatMap(group => group.scales);
      if (scales.length > 0) expect([...uploaded.scales]).toEqual(scales);
      from += part.n;
    }
    expect(from).toBe(n);
  });
});

describe('a matrix of rows in an order', () => {
  /** Rotation pairs i and i + 4 of each head of 8 rows become neighbours. */
  const neox = (row: number) => row - (row % 8) + (row % 2) * 4 + ((row % 8) >> 1);
  const k = 64;
  const fused = tensorOf('Q5_0', k, 96, 0);
  const other = tensorOf('Q5_0', k, 4, fused.sizeBytes);
  const file = quantize('Q5_0', randomValues(k * 100, 1));
  const rowBytes = byteLength('Q5_0', k);
  const row = (at: number) => [...file.subarray(at * rowBytes, (at + 1) * rowBytes)];
  const plan = planMatrix('m', [
    { tensor: fused, firstRow: 24, rows: 40, order: neox },
    other,
    { tensor: fused, firstRow: 2, rows: 2 },
  ]);
  const places = [...Array.from({ length: 40 }, (_, i) => 24 + neox(i)), 96, 97, 98, 99, 2, 3];

  it.each([
    { what: 'whole', maxBytes: 1 << 20, parts: 1 },
    { what: 'in parts that cut heads', maxBytes: 32 * 32, parts: 2 },
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
    expect(from).toBe(46);
  });

  it('reads only the file from the first of its rows to the last', async () => {
    const reads = await readsOf(plan);
    expect(reads).toEqual([
      { offset: 24 * rowBytes, length: 32 * rowBytes },
      { offset: 56 * rowBytes, length: 8 * rowBytes },
      { offset: 96 * rowBytes, length: 4 * rowBytes },
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
