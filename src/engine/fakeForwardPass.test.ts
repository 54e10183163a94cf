import { describe, expect, it } from 'vitest';
import type { BatchRow, TokenId } from '../forward/forward.ts';
import { FakeForwardPass } from './fakeForwardPass.ts';

function rowsFrom(position: number, tokens: readonly TokenId[], slot = 0): BatchRow[] {
  return tokens.map((token, i) => ({ token, position: position + i, slot, output: i === tokens.length - 1 }));
}

async function lastLogits(model: FakeForwardPass, rows: readonly BatchRow[]): Promise<number[]> {
  const outputs = await model.forward(rows, 'logits');
  return [...outputs[outputs.length - 1].logits];
}

describe('FakeForwardPass', () => {
  it('does not depend on how the tokens were split, nor on other slots', async () => {
    const whole = await lastLogits(new FakeForwardPass(), rowsFrom(0, [5, 6, 7, 8]));
    const split = new FakeForwardPass();
    await split.forward([...rowsFrom(0, [5, 6]), ...rowsFrom(0, [1, 2], 1)], 'argmax');
    expect(await lastLogits(split, [...rowsFrom(2, [3], 1), ...rowsFrom(2, [7, 8])])).toEqual(whole);
  });

  it('exposes a stale cell', async () => {
    const model = new FakeForwardPass();
    const whole = await lastLogits(model, rowsFrom(0, [5, 6, 7, 8]));
    await model.forward(rowsFrom(0, [5, 9]), 'argmax');
    expect(await lastLogits(model, rowsFrom(3, [8]))).not.toEqual(whole);
  });

  it('moves cells in a shift, together with their hashes', async () => {
    const model = new FakeForwardPass();
    await model.forward(rowsFrom(0, [5, 6, 7, 8]), 'argmax');
    model.shift(0, 1, 2, 4);
    const shifted = await lastLogits(model, rowsFrom(2, [9]));
    expect(shifted).not.toEqual(await lastLogits(new FakeForwardPass(), rowsFrom(0, [5, 8, 9])));
  });

  it('continues from a cache that was read and written, in any slot', async () => {
    const model = new FakeForwardPass();
    await model.forward(rowsFrom(0, [5, 6, 7]), 'argmax');
    const bytes = await model.readCache(0, 2);
    const other = new FakeForwardPass();
    other.writeCache(3, 2, bytes);
    const expected = await lastLogits(new FakeForwardPass(), rowsFrom(0, [5, 6, 8]));
    expect(await lastLogits(other, rowsFrom(2, [8], 3))).toEqual(expected);
    other.copyCache(3, 1, 2);
    expect(await lastLogits(other, rowsFrom(2, [8], 1))).toEqual(expected);
    expect(() => other.writeCache(0, 3, bytes)).toThrow('8 bytes for 3 positions');
  });

  it('drafts what forward would choose, and caches it', async () => {
    const model = new FakeForwardPass();
    const [draft] = await model.draft(rowsFrom(0, [5, 6]), 3, true);
    const tokens = draft.map(({ token }) => token);
    const [first] = await new FakeForwardPass().forward(rowsFrom(0, [5, 6]), 'argmax');
    expect(first.ids[0]).toBe(tokens[0]);
    expect(draft.every(({ p }) => p >= 0.1 && p < 1)).toBe(true);
    const expected = await lastLogits(new FakeForwardPass(), rowsFrom(0, [5, 6, ...tokens]));
    expect(await lastLogits(model, rowsFrom(4, tokens.slice(2)))).toEqual(expected);
  });

  it.each<[string, BatchRow[]]>([
    ['a gap in the cache', rowsFrom(1, [5])],
    ['a position out of range', rowsFrom(128, [5])],
    ['positions that are not contiguous', [...rowsFrom(0, [5]), ...rowsFrom(2, [5])]],
    ['a token outside the vocabulary', rowsFrom(0, [97])],
    ['a slot that does not exist', rowsFrom(0, [5], 4)],
    ['an empty batch', []],
    ['too many rows', rowsFrom(0, new Array<number>(17).fill(5))],
  ])('refuses %s', async (_, rows) => {
    await expect(new FakeForwardPass().forward(rows, 'argmax')).rejects.toThrow('assertion failed');
  });

  it('shares the cells of a copy until one of the two slots writes', async () => {
    const model = new FakeForwardPass({ nCells: 6 });
    await model.forward(rowsFrom(0, [5, 6, 7]), 'argmax');
    model.copyCache(0, 1, 3);
    expect(model.nUsed).toBe(3);
    await model.forward([...rowsFrom(2, [9], 0), ...rowsFrom(3, [8], 1)], 'argmax');
    expect(model.nUsed).toBe(5);
    const expected = await lastLogits(new FakeForwardPass(), rowsFrom(0, [5, 6, 7, 8]));
    expect(await lastLogits(model, rowsFrom(3, [8], 1))).toEqual(expected);
  });

  it('moves a cache to another slot as bytes, and refuses foreign bytes', async () => {
    const model = new FakeForwardPass();
    await model.forward(rowsFrom(0, [5, 6, 7]), 'argmax');
    model.writeCache(2, 2, await model.readCache(0, 2));
    const expected = await lastLogits(new FakeForwardPass(), rowsFrom(0, [5, 6, 9]));
    expect(await lastLogits(model, rowsFrom(2, [9], 2))).toEqual(expected);
    expect(() => model.writeCache(2, 2, new Uint8Array(9))).toThrow('9 bytes for 2 positions');
  });

  it('has no more cells than its pool, and returns cells that were given up', async () => {
    const model = new FakeForwardPass({ nCells: 4 });
    await model.forward(rowsFrom(0, [5, 6, 7]), 'argmax');
    expect(model.reserve([{ slot: 1, start: 0, end: 2 }])).toBe(false);
    await expect(model.forward(rowsFrom(0, [5, 6], 1), 'argmax')).rejects.toThrow('more than 4 cells');
    model.truncate(0, 2);
    await expect(model.forward(rowsFrom(0, [5, 6], 1), 'argmax')).resolves.toHaveLength(1);
    await expect(model.forward(rowsFrom(2, [7]), 'argmax')).rejects.toThrow('more than 4 cells');
  });

  it('fails once when asked to', async () => {
    const model = new FakeForwardPass();
    model.failNext(new Error('lost'));
    await expect(model.forward(rowsFrom(0, [5]), 'argmax')).rejects.toThrow('lost');
    await expect(model.forward(rowsFrom(0, [5]), 'argmax')).resolves.toHaveLength(1);
  });
});
