/** Positions [start, end) of a slot. */
export interface CacheSpan {
  readonly slot: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A KV cache of sequences, one in each slot, indexed by position: decoding a row overwrites whatever its position held, and
 * positions after a row's own are never attended to, so rolling back is simply decoding again from an earlier position.
 *
 * The slots draw on one pool of cells. Where it is too small for all of them to be full, `reserve` tells whether there is
 * room for a step, and `truncate` makes some.
 */
export interface SequenceCache {
  /** Whether cached positions can move to others: not where keys cannot be turned once they are cached. */
  readonly canShift: boolean;

  /**
   * Takes from the pool what decoding these positions needs beyond what the slots hold; false, and nothing taken, when
   * there is not as much. At most one span per slot, beginning no later than what the slot holds ends. `forward` and
   * `draft` reserve for themselves what they find missing, and throw `cache_full` when they cannot.
   */
  reserve(spans: readonly CacheSpan[]): boolean;

  /** Forgets the positions of `slot` from `nTokens` on: their cells go back to the pool. */
  truncate(slot: number, nTokens: number): void;

  /**
   * The cache of `to` becomes the first `nTokens` positions of `from`, another slot. Takes no cells: they are shared until
   * one of the two overwrites them. Ordered before every later call.
   */
  copyCache(from: number, to: number, nTokens: number): void;

  /**
   * Context shift: removes positions [keep, keep + discard) of `slot` and moves [keep + discard, end) down by `discard`,
   * K re-rotated for its new position. Ordered before every later call. Throws `cache_full` where that takes cells that
   * the pool lacks, which may be only while another slot shares them.
   */
  shift(slot: number, keep: number, discard: number, end: number): void;

  /**
   * K and V of the first `nTokens` positions of `slot` as they are after every earlier call, whatever later ones do; in a
   * format of the model's own, of a size that is proportional to `nTokens`. May run beside other calls.
   */
  readCache(slot: number, nTokens: number): Promise<Uint8Array>;

  /**
   * Puts back what `readCache` gave for `nTokens` positions, into any slot, which then holds nothing else: what is decoded
   * behind them has the same bits as after decoding them again. Ordered before every later call. Throws `invalid_request` when
   * the size does not fit, `cache_full` when the pool has no room for them; then the slot is empty.
   */
  writeCache(slot: number, nTokens: number, bytes: Uint8Array): void;
}
