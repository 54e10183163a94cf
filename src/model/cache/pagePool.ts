import type { CacheSpan } from '../../forward/sequenceCache.ts';
import { assert } from '../../util/assert.ts';
import { PAGE_POSITIONS, pagesFor } from '../../util/kvPage.ts';

/** A page whose contents a slot is to have for itself: `to` has to become what `from` is. */
export interface PageCopy {
  readonly from: number;
  readonly to: number;
}

/**
 * The account of the KV cache: which page holds which positions of which slot. A page belongs to every slot in whose table
 * it stands, and is copied before one of several writes to it.
 */
export class PagePool {
  readonly #free: number[];
  /** Tables in which each page stands. */
  readonly #nUsers: number[];
  /** Pages of each slot, in order of position. */
  readonly #tables: readonly number[][];

  constructor(nPages: number, nSlots: number) {
    // The last one is taken first.
    this.#free = Array.from({ length: nPages }, (_, i) => nPages - 1 - i);
    this.#nUsers = Array.from({ length: nPages }, () => 0);
    this.#tables = Array.from({ length: nSlots }, () => []);
  }

  get nFree(): number {
    return this.#free.length;
  }

  /** Pages of `slot`; position p lies in number `floor(p / PAGE_POSITIONS)`. */
  table(slot: number): readonly number[] {
    return this.#tables[slot];
  }

  /**
   * Gives the slots pages of their own for all positions of `spans`. Returns the copies to be made before anything else is
   * done with them; null, and nothing changed, when the pool has too few.
   */
  reserve(spans: readonly CacheSpan[]): PageCopy[] | null {
    if (this.#nMissing(spans) > this.#free.length) return null;
    const copies: PageCopy[] = [];
    for (const span of spans) {
      const table = this.#tables[span.slot];
      for (const index of pageIndices(span)) {
        const shared: number | undefined = table[index];
        if (shared !== undefined && this.#nUsers[shared] === 1) continue;
        const page = this.#take();
        table[index] = page;
        if (shared === undefined) continue;
        this.#nUsers[shared]--;
        copies.push({ from: shared, to: page });
      }
    }
    return copies;
  }

  /** Whether the slots have pages of their own for all positions of `spans`. */
  holds(spans: readonly CacheSpan[]): boolean {
    return this.#nMissing(spans) === 0;
  }

  /** Gives back what `slot` does not need for its first `nPositions`. */
  truncate(slot: number, nPositions: number): void {
    for (const page of this.#tables[slot].splice(pagesFor(nPositions))) {
      this.#nUsers[page]--;
      if (this.#nUsers[page] === 0) this.#free.push(page);
    }
  }

  /** The first `nPositions` of `to` become those of `from`, on the same pages; it gives up all others. */
  share(from: number, to: number, nPositions: number): void {
    assert(from !== to, () => `slot ${from} shared with itself`);
    const pages = this.#tables[from].slice(0, pagesFor(nPositions));
    assert(pages.length === pagesFor(nPositions), () => `slot ${from} has no ${nPositions} positions`);
    this.truncate(to, 0);
    this.#tables[to].push(...pages);
    for (const page of pages) this.#nUsers[page]++;
  }

  /** Pages that `spans` take. */
  #nMissing(spans: readonly CacheSpan[]): number {
    let nMissing = 0;
    // Of a page that n slots share and write to, n - 1 copies are made.
    const nUsers = new Map<number, number>();
    for (const span of spans) {
      const table = this.#tables[span.slot];
      const held = table.length * PAGE_POSITIONS;
      assert(span.start <= held, () => `position ${span.start} of slot ${span.slot}, which has ${held}`);
      for (const index of pageIndices(span)) {
        const page: number | undefined = table[index];
        const users = page === undefined ? 0 : (nUsers.get(page) ?? this.#nUsers[page]);
        if (users === 1) continue;
        nMissing++;
        if (page !== undefined) nUsers.set(page, users - 1);
      }
    }
    return nMissing;
  }

  #take(): number {
    const page = this.#free.pop();
    assert(page !== undefined, 'a page of an empty pool');
    this.#nUsers[page] = 1;
    return page;
  }
}

function pageIndices({ start, end }: CacheSpan): number[] {
  const first = Math.floor(start / PAGE_POSITIONS);
  return Array.from({ length: Math.max(0, pagesFor(end) - first) }, (_, i) => first + i);
}
