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

/** A row of a step that goes on from the one before it: its token is what output row `output` of that one chose. */
export interface AheadRow extends Omit<BatchRow, 'token' | 'output'> {
  readonly output: number;
}

/**
 * Rows of tokens in, candidates for the next token or hidden states out.
 *
 * The logits of a row depend on the tokens at positions 0..position of its slot alone, bit for bit: not on how many
 * rows share the batch, nor on how the earlier positions were split into batches.
 */
export interface Forward {
  readonly nVocab: number;
  /** Positions per slot. */
  readonly nCtx: number;
  readonly nSlots: number;
  /** Largest number of rows in one batch. */
  readonly maxRows: number;
  /** Most rows with `output` in one batch; a draft has at most `maxOutputs / nSlots` tokens. */
  readonly maxOutputs: number;

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
}
