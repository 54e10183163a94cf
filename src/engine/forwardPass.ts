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
 * ascending id; with `logits` they are in order of id, and `ids[i] === i`. The logit of an `argmax` is not read back: it is 0,
 * as there is none to compare it with.
 */
export interface Candidates {
  readonly ids: Int32Array;
  /** Raw logits, not normalised (but see `argmax`); same length as `ids`. */
  readonly logits: Float32Array;
}

/** One token proposed by a draft model. */
export interface DraftToken {
  readonly token: TokenId;
  /** Probability among the draft's ten likeliest tokens; 1 where the caller did not ask for probabilities. */
  readonly p: number;
}

/** A token of a draft that is not known yet: number `step` of the draft behind output row `output`. */
export interface DraftedToken {
  readonly output: number;
  readonly step: number;
}

/** A row of a batch that verifies drafts in the same submit that makes them. */
export interface VerifyRow extends Omit<BatchRow, 'token'> {
  readonly token: TokenId | DraftedToken;
}

export interface VerifiedDrafts {
  /** One per output row of the draft, in order. */
  readonly drafts: TokenId[][];
  /** As of `ForwardPass.forward`. */
  readonly outputs: Candidates[];
}

/** A row of a step that goes on from the one before it: its token is what output row `output` of that one chose. */
export interface AheadRow extends Omit<BatchRow, 'token' | 'output'> {
  readonly output: number;
}

/** Whole rows of logits are as much to read as all else of a round is to compute. */
export type FusedOutput = Exclude<OutputKind, 'logits'>;

/** What a target and a draft model on one device can do together. */
export interface FusedPair {
  /**
   * `draft` of the draft model with `draftRows`, then `forward` of the target with `rows`, without a word from the CPU in
   * between. The target takes a drafted token that its vocabulary lacks for some other: what follows it is of no use.
   */
  draftAndVerify(
    draftRows: readonly BatchRow[],
    nDraft: number,
    rows: readonly VerifyRow[],
    kind: FusedOutput,
  ): Promise<VerifiedDrafts>;
}

/** Positions [start, end) of a slot. */
export interface CacheSpan {
  readonly slot: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A model with a KV cache of `nSlots` sequences of `nCtx` positions each. The cache is indexed by position: decoding a
 * row overwrites whatever its position held, and positions after a row's own are never attended to, so rolling back is
 * simply decoding again from an earlier position.
 *
 * The slots draw on one pool of cells. Where it is too small for all of them to be full, `reserve` tells whether there is
 * room for a step, and `truncate` makes some.
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
  /** Most rows with `output` in one batch; a draft has at most `maxOutputs / nSlots` tokens. */
  readonly maxOutputs: number;
  /** Whether cached positions can move to others: not where keys cannot be turned once they are cached. */
  readonly canShift: boolean;

  /**
   * Decodes `rows` (1..maxRows; rows of one slot in ascending, contiguous positions) in one submit.
   * Resolves to one `Candidates` per row with `output`, in order; to an empty list, without waiting for this step's own
   * work, when no row has it. What has an output is submitted before this returns. The arrays may be kept, not written.
   * Throws `device_lost`.
   */
  forward(rows: readonly BatchRow[], kind: OutputKind): Promise<Candidates[]>;

  /**
   * `forward` of kind `argmax`, with an output in each row, submitted before the step whose tokens it goes on from was read:
   * the last `forward` of that kind, or the last of these. Null, and nothing is done, where that takes cells from the pool.
   * Two steps may be under way; a third one gives up the first of these, which may then reject.
   */
  forwardAhead(rows: readonly AheadRow[]): Promise<Candidates[]> | null;

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
   * K re-rotated for its new position. Ordered before every later call. Throws `cache_full` where that takes cells that
   * the pool lacks, which may be only while another slot shares them.
   */
  shift(slot: number, keep: number, discard: number, end: number): void;

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
