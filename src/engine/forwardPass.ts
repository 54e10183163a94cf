/**
 * The only thing `engine` and `server` know about a model: rows of tokens go in, candidates for the next token
 * come out. Implemented on the GPU by `src/model`, and by scripted fakes in the tests.
 */

/** Index into the vocabulary. */
export type TokenId = number;

/** One row of a batch: `token` is decoded at `position` of the sequence that lives in `slot`. */
export interface BatchRow {
  readonly token: TokenId;
  /** Position in the sequence, from 0; everything cached at smaller positions of the slot is attended to. */
  readonly position: number;
  readonly slot: number;
  /** Whether the logits after this token are wanted. */
  readonly output: boolean;
}

/**
 * How much of each output row has to come back from the GPU, in increasing order of cost.
 * - `argmax`: the single most likely token (lowest id on a tie)
 * - `topK`: the `TOP_K_MAX` most likely ones
 * - `logits`: the whole vocabulary
 */
export const OUTPUT_KINDS = ['argmax', 'topK', 'logits'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** Candidates per row of a `topK` output (fewer only where the vocabulary is smaller). */
export const TOP_K_MAX = 64;

/**
 * The next-token candidates of one output row. With `argmax` and `topK` they are sorted by descending logit, ties by
 * ascending id; with `logits` they are in order of id, and `ids[i] === i`.
 */
export interface Candidates {
  readonly ids: Int32Array;
  /** Raw logits, not normalised; same length as `ids`. */
  readonly logits: Float32Array;
}

/** One token proposed by a draft model. */
export interface DraftToken {
  readonly token: TokenId;
  /** Probability among the draft's ten likeliest tokens; 1 where the caller did not ask for probabilities. */
  readonly p: number;
}

/**
 * A model with a KV cache of `nSlots` sequences of `nCtx` positions each. The cache is indexed by position: decoding a
 * row overwrites whatever its position held, and positions after a row's own are never attended to, so rolling back is
 * simply decoding again from an earlier position.
 *
 * The logits of a row depend on the tokens at positions 0..position of its slot alone, bit for bit: not on how many
 * rows share the batch, nor on how the earlier positions were split into batches.
 */
export interface ForwardPass {
  readonly nVocab: number;
  /** Positions per slot. */
  readonly nCtx: number;
  readonly nSlots: number;
  /** Largest number of rows in one batch. */
  readonly maxRows: number;

  /**
   * Decodes `rows` (1..maxRows; rows of one slot in ascending, contiguous positions) in one submit.
   * Resolves to one `Candidates` per row with `output`, in order; to an empty list, without waiting for this step's own
   * work, when no row has it. The arrays may be kept, not written. Throws `device_lost`.
   */
  forward(rows: readonly BatchRow[], kind: OutputKind): Promise<Candidates[]>;

  /**
   * Decodes `rows` like `forward`, and resolves to the hidden state of each row with `output`, in order: the `nEmbd` values
   * behind the last norm, which the logits are computed from. As with logits, its bits depend on the row's own tokens alone.
   */
  embed(rows: readonly BatchRow[]): Promise<Float32Array[]>;

  /**
   * Greedy continuation on the GPU in one submit: decodes `rows` (all the rows its cache still lacks, of one or more
   * slots; the last row of each slot has `output`), then feeds each slot's own argmax back `nDraft - 1` times. One list
   * of `nDraft` tokens per output row, in order. Probabilities are computed only when `withProbabilities`.
   */
  draft(rows: readonly BatchRow[], nDraft: number, withProbabilities: boolean): Promise<DraftToken[][]>;

  /**
   * Context shift: removes positions [keep, keep + discard) of `slot` and moves [keep + discard, end) down by `discard`,
   * K re-rotated for its new position. Ordered before every later call.
   */
  shift(slot: number, keep: number, discard: number, end: number): void;

  /**
   * K and V of the first `nTokens` positions of `slot` as they are after every earlier call, whatever later ones do; in a
   * format of the model's own, of a size that is proportional to `nTokens`. May run beside other calls.
   */
  readCache(slot: number, nTokens: number): Promise<Uint8Array>;

  /**
   * Puts back what `readCache` gave for `nTokens` positions, into any slot: what is decoded behind them has the same bits as
   * after decoding them again. Ordered before every later call. Throws `invalid_request` when the size does not fit.
   */
  writeCache(slot: number, nTokens: number, bytes: Uint8Array): void;

  /** Copies K and V of the first `nTokens` positions of one slot to another. Ordered before every later call. */
  copyCache(from: number, to: number, nTokens: number): void;
}
