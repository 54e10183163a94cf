/** Positions [start, end) of a slot. */
export interface CacheSpan {
  readonly slot: number;
  readonly start: number;
  readonly end: number;
}

/** State of recurrent layers that was read from a slot. */
export interface SlotState {
  /** Fewest positions behind which a slot with this state can go on; it had more when it was read. */
  readonly from: number;
  /** Format of the model's own. */
  readonly bytes: Uint8Array;
}

/**
 * KV cache with one sequence per slot, indexed by position. Decoding a row overwrites its position, and a row never attends to
 * later positions, so a rollback is simply decoding again from an earlier position. A model with recurrent layers can go back only
 * `maxRollback` positions, and otherwise begins at 0 again: `reusable` says where a slot can go on.
 *
 * The slots share one pool of cells. If it is too small for all of them to be full, `reserve` tells whether a step fits, and
 * `truncate` frees cells.
 */
export interface SequenceCache {
  /** Whether cached positions can be moved; false where cached keys cannot be re-rotated. */
  readonly canShift: boolean;
  /**
   * Most positions that a later batch may decode again, behind the last that was certain: a draft to verify, with the token before it,
   * may be that long. Infinite without recurrent layers.
   */
  readonly maxRollback: number;
  /** Most of the first `nTokens` positions of `slot` behind which it can go on; without recurrent layers all of them. */
  reusable(slot: number, nTokens: number): number;

  /**
   * Reserves the cells that these positions need beyond those that the slots hold. Returns false, and takes nothing, if the pool
   * lacks them. At most one span per slot; a span begins no later than the slot's cached positions end. `forward` and `draft`
   * reserve missing cells themselves, and throw `cache_full` when they cannot.
   */
  reserve(spans: readonly CacheSpan[]): boolean;

  /** Drops the positions of `slot` from `nTokens` on and returns their cells to the pool. */
  truncate(slot: number, nTokens: number): void;

  /**
   * Replaces the cache of `to` by the first `nTokens` positions of `from`, another slot, which has to be able to go on behind them.
   * Takes no cells: both slots share them until one overwrites them. Ordered before every later call.
   */
  copyCache(from: number, to: number, nTokens: number): void;

  /**
   * Context shift: removes positions [keep, keep + discard) of `slot` and moves [keep + discard, end) down by `discard`, with K
   * re-rotated for the new positions. Ordered before every later call. Throws `cache_full` if that takes cells that the pool
   * lacks, which can happen only while another slot shares them.
   */
  shift(slot: number, keep: number, discard: number, end: number): void;

  /**
   * Reads the state of recurrent layers in `slot`, which can go on behind `nTokens` positions; null without recurrent layers. Ordered
   * like `readCache`.
   */
  readState(slot: number, nTokens: number): Promise<SlotState> | null;
  /**
   * Restores bytes that `readState` read into `slot`, so that it can go on behind `nTokens`: as many positions as then, or fewer, of
   * which it still has what other layers keep. Ordered before every later call. Throws `invalid_request` if the size does not fit.
   */
  writeState(slot: number, nTokens: number, bytes: Uint8Array): void;
  /**
   * Reads K and V of the first `nTokens` positions of `slot`, as they are after all earlier and before all later calls. The
   * format is the model's own; its size is proportional to `nTokens`. May run concurrently with other calls.
   */
  readCache(slot: number, nTokens: number): Promise<Uint8Array>;

  /**
   * Restores the result of `readCache` for `nTokens` positions into any slot, whose earlier content is dropped. Tokens decoded
   * after it have the same bits as after decoding these positions again. Ordered before every later call. Throws
   * `invalid_request` if the size does not fit, `cache_full` if the pool lacks cells; then the slot is empty.
   */
  writeCache(slot: number, nTokens: number, bytes: Uint8Array): void;
}
