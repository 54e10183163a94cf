import type { CacheSpan } from '../../forward/sequenceCache.ts';
import { assert } from '../../util/assert.ts';
import { PAGE_POSITIONS, pagesFor } from '../../util/kvPage.ts';

/** Copy of a shared page for a slot that will write to it. */
export interface PageCopy {
  readonly from: number;
  readonly to: number;
}

/**
 * Bookkeeping of the KV cache: maps the positions of each slot to pages. A page belongs to every slot whose table contains it,
 * and is copied before one of several owners writes to it.
 */
export class PagePool {
  readonly #free: number[];
  /** Number of tables that contain each page. */
  readonly #nUsers: number[];
  /** Pages of each slot, in order of position. */
  readonly #tables: readonly number[][];

  constructor(nPages: number, nSlots: number) {
    // Pages are taken from the end.
    this.#free = Array.from({ length: nPages }, (_, i) => nPages - 1 - i);
    this.#nUsers = Array.from({ length: nPages }, () => 0);
    this.#tables = Array.from({ length: nSlots }, () => []);
  }

  get nFree(): number {
    return this.#free.length;
  }

  /** Pages of `slot`; position p lies on page number `floor(p / PAGE_POSITIONS)`. */
  table(slot: number): readonly number[] {
    return this.#tables[slot];
  }

  /**
   * Gives the slots exclusive pages for all positions of `spans`. Returns the copies that must be made before the pages are used.
   * Returns null and changes nothing if the pool has too few pages.
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

  /** Whether the slots have exclusive pages for all positions of `spans`. */
  holds(spans: readonly CacheSpan[]): boolean {
    return this.#nMissing(spans) === 0;
  }

  /** Frees the pages that `slot` does not need for its first `nPositions`. */
  truncate(slot: number, nPositions: number): void {
    for (const page of this.#tables[slot].splice(pagesFor(nPositions))) {
      this.#nUsers[page]--;
      if (this.#nUsers[page] === 0) this.#free.push(page);
    }
  }

  /** Lets `to` share the pages of the first `nPositions` of `from`; `to` drops all its other pages. */
  share(from: number, to: number, nPositions: number): void {
    assert(from !== to, () => `slot ${from} shared with itself`);
    const pages = this.#tables[from].slice(0, pagesFor(nPositions));
    assert(pages.length === pagesFor(nPositions), () => `slot ${from} has no ${nPositions} positions`);
    this.truncate(to, 0);
    this.#tables[to].push(...pages);
    for (const page of pages) this.#nUsers[page]++;
  }

  /** Number of pages to take from the pool for `spans`. */
  #nMissing(spans: readonly CacheSpan[]): number {
    let nMissing = 0;
    // When n slots that share a page all write to it, n - 1 copies are needed.
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
