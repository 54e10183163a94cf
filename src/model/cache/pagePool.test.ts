import { describe, expect, it } from 'vitest';
import { Mt19937 } from '../../engine/sampler/mt19937.ts';
import { PAGE_POSITIONS as PAGE } from '../../util/kvPage.ts';
import { PagePool } from './pagePool.ts';
import { cachePages } from './streams.ts';

const span = (slot: number, start: number, end: number) => ({ slot, start, end });

describe('PagePool', () => {
  it.each([
    [0, 0],
    [1, 1],
    [PAGE, 1],
    [PAGE + 1, 2],
    [3 * PAGE, 3],
  ])('gives %i positions %i pages, once', (nPositions, nPages) => {
    const pool = new PagePool(4, 1);
    expect(pool.reserve([span(0, 0, nPositions)])).toEqual([]);
    expect(pool.reserve([span(0, 0, nPositions)])).toEqual([]);
    expect(pool.table(0)).toHaveLength(nPages);
    expect(pool.nFree).toBe(4 - nPages);
  });

  it('changes nothing when it has too few pages', () => {
    const pool = new PagePool(3, 2);
    pool.reserve([span(0, 0, 2 * PAGE)]);
    expect(pool.reserve([span(0, 2 * PAGE, 2 * PAGE + 1), span(1, 0, 1)])).toBeNull();
    expect([pool.table(0).length, pool.table(1).length, pool.nFree]).toEqual([2, 0, 1]);
    expect(pool.reserve([span(1, 0, 1)])).toEqual([]);
  });

  it.each([
    [0, 3],
    [1, 2],
    [PAGE, 2],
    [PAGE + 1, 1],
    [9 * PAGE, 1],
  ])('keeps what the first %i positions need, %i pages are free', (nPositions, nFree) => {
    const pool = new PagePool(3, 1);
    pool.reserve([span(0, 0, PAGE + 1)]);
    pool.truncate(0, nPositions);
    expect(pool.nFree).toBe(nFree);
  });

  it('copies a shared page for every owner that writes to it, except the last', () => {
    const pool = new PagePool(5, 3);
    pool.reserve([span(0, 0, 2 * PAGE + 5)]);
    const pages = [...pool.table(0)];
    pool.share(0, 1, PAGE + 3);
    pool.share(0, 2, PAGE + 3);
    expect([pool.table(1), pool.table(2), pool.nFree]).toEqual([pages.slice(0, 2), pages.slice(0, 2), 2]);

    const copies = pool.reserve([1, 2, 0].map(slot => span(slot, PAGE + 3, PAGE + 4)));
    expect(copies).toEqual([
      { from: pages[1], to: pool.table(1)[1] },
      { from: pages[1], to: pool.table(2)[1] },
    ]);
    expect(pool.table(0)).toEqual(pages);
    expect([0, 1, 2].map(slot => pool.table(slot)[0])).toEqual(Array(3).fill(pages[0]));
    expect(pool.nFree).toBe(0);
  });

  it('frees a shared page with its last owner', () => {
    const pool = new PagePool(2, 2);
    pool.reserve([span(0, 0, PAGE)]);
    pool.share(0, 1, PAGE);
    pool.truncate(0, 0);
    expect(pool.nFree).toBe(1);
    pool.truncate(1, 0);
    expect(pool.nFree).toBe(2);
  });

  it('never runs out of pages for slots that have their own share, whatever they share and overwrite', () => {
    const nSlots = 4;
    const nCtx = 5 * PAGE - 7;
    const pool = new PagePool(cachePages({ nSlots, nCtx, nCtxShared: null }), nSlots);
    const lengths = Array.from({ length: nSlots }, () => 0);
    const random = new Mt19937(5);
    const below = (n: number) => random.nextUint32() % n;
    for (let i = 0; i < 2000; i++) {
      const slot = below(nSlots);
      const other = (slot + 1 + below(nSlots - 1)) % nSlots;
      if (below(3) === 0) {
        lengths[other] = below(lengths[slot] + 1);
        pool.share(slot, other, lengths[other]);
      } else {
        const start = below(lengths[slot] + 1);
        lengths[slot] = start + below(nCtx - start + 1);
        expect(pool.reserve([span(slot, start, lengths[slot])])).not.toBeNull();
        pool.truncate(slot, lengths[slot]);
        expectSoundPages(pool, nSlots, start, slot);
      }
    }
  });

  it('holds as many positions as the slots share, however they are distributed', () => {
    const shape = { nSlots: 4, nCtx: 256, nCtxShared: 256 };
    for (const lengths of [
      [253, 1, 1, 1],
      [65, 65, 65, 61],
      [64, 64, 64, 64],
      [1, 127, 127, 1],
    ]) {
      const pool = new PagePool(cachePages(shape), shape.nSlots);
      expect(pool.reserve(lengths.map((length, slot) => span(slot, 0, length)))).toEqual([]);
    }
  });
});

/** Asserts that the pages that `slot` may write to from `start` on are in no other table. */
function expectSoundPages(pool: PagePool, nSlots: number, start: number, slot: number): void {
  const own = pool.table(slot).slice(Math.floor(start / PAGE));
  for (let other = 0; other < nSlots; other++) {
    if (other !== slot) expect(pool.table(other).filter(page => own.includes(page))).toEqual([]);
  }
}
