import { beforeEach, describe, expect, it } from 'vitest';
import type { ByteSource } from '../gguf/index.ts';
import { TokenRows } from './tokenRows.ts';

const WIDTH = 4;
/** Offset of the table in the file. */
const OFFSET = 100;
const SCALE = 2;

describe('rows of a table in a file', () => {
  /** Tokens whose rows were read from the file. */
  let reads: number[];
  const source: ByteSource = {
    name: 'table.gguf',
    sizeBytes: OFFSET + 4 * WIDTH * 1000,
    async read(offset, length) {
      expect(length).toBe(4 * WIDTH);
      const token = (offset - OFFSET) / length;
      reads.push(token);
      return new Uint8Array(Float32Array.from({ length: WIDTH }, (_, i) => 10 * token + i).buffer);
    },
  };
  const tensor = {
    name: 'per_layer_token_embd.weight',
    type: 'F32',
    shape: [WIDTH, 1000],
    nElements: WIDTH * 1000,
    offset: OFFSET,
    sizeBytes: 4 * WIDTH * 1000,
  } as const;
  const open = (nKept: number) => new TokenRows(source, { tensor, scale: SCALE }, nKept * 4 * WIDTH);
  const batch = (...tokens: number[]) => tokens.map(token => ({ token }));
  const rowOf = (token: number) => [0, 1, 2, 3].map(i => SCALE * (10 * token + i));

  beforeEach(() => {
    reads = [];
  });

  it('are read once for each token, neighbours one after the other, and scaled', async () => {
    const rows = open(10);
    expect(rows.has(batch(7))).toBe(false);
    await rows.read(batch(7, 3, 7));
    expect(reads).toEqual([3, 7]);
    expect(rows.has(batch(7, 7, 3))).toBe(true);
    expect([...rows.values(batch(7, 3, 7))]).toEqual([7, 3, 7].flatMap(rowOf));
  });

  it('stay in memory for later batches, those used last the longest', async () => {
    const rows = open(2);
    await rows.read(batch(1));
    await rows.read(batch(2));
    rows.values(batch(1));
    await rows.read(batch(3));
    expect([1, 2, 3].map(token => rows.has(batch(token)))).toEqual([true, false, true]);
    await rows.read(batch(1, 2));
    expect(reads).toEqual([1, 2, 3, 2]);
  });

  it('are all there for a batch of more tokens than stay in memory', async () => {
    const rows = open(2);
    await rows.read(batch(9));
    await rows.read(batch(9, 1, 2, 3));
    expect([...rows.values(batch(1, 2, 3, 9))]).toEqual([1, 2, 3, 9].flatMap(rowOf));
  });
});
