/** Index into the vocabulary. */
export type TokenId = number;

/** Row of a batch: decodes `token` at `position` of the sequence in `slot`. */
export interface BatchRow {
  readonly token: TokenId;
  /** Position in the sequence, from 0. The row attends to everything cached at smaller positions of the slot. */
  readonly position: number;
  readonly slot: number;
  /** Whether the logits after this token are needed. */
  readonly output: boolean;
}

/**
 * Part of each output row to read back from the GPU, in increasing order of cost.
 * - `argmax`: the single most likely token (lowest id on a tie)
 * - `topK`: the `TOP_K_MAX` most likely ones
 * - `logits`: the whole vocabulary
 */
export const OUTPUT_KINDS = ['argmax', 'topK', 'logits'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** Candidates per row of a `topK` output; fewer only if the vocabulary is smaller. */
export const TOP_K_MAX = 64;

/**
 * Next-token candidates of one output row. With `argmax` and `topK` they are sorted by descending logit, ties by ascending id;
 * with `logits` they are in order of id, and `ids[i] === i`. The logit of an `argmax` is not read back; it is 0.
 */
export interface Candidates {
  readonly ids: Int32Array;
  /** Raw logits, not normalised (but see `argmax`); same length as `ids`. */
  readonly logits: Float32Array;
}

/** Most steps that may be submitted behind the one that is being read. */
export const MAX_STEPS_AHEAD = 4;

/** Row of a step whose token is the argmax of output row `from` of the step before. */
export interface AheadRow extends Omit<BatchRow, 'token' | 'output'> {
  readonly from: number;
}

/**
 * Computes candidates for the next token, or hidden states, from rows of tokens.
 *
 * The logits of a row depend, bit for bit, only on the tokens at positions 0..position of its slot. They do not depend on the
 * number of rows in the batch, nor on how the earlier positions were split into batches.
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
   * Decodes `rows` (1..maxRows; rows of one slot in ascending, contiguous positions) in one submit. Resolves to one `Candidates`
   * per row with `output`, in order; if no row has it, to an empty list without waiting for this step on the GPU. A step with
   * outputs is submitted before this returns, unless rows for its tokens have to be read from the model's file first. Callers may keep
   * the arrays, but not write to them. Throws `device_lost`, or `fetch_failed` where such a row cannot be read.
   */
  forward(rows: readonly BatchRow[], kind: OutputKind): Promise<Candidates[]>;

  /**
   * Submits a `forward` with an output in each row before the step that it continues was read: the last `forward` or
   * `forwardAhead`. The tokens are the argmax of that step's rows, whatever kind it was. Returns null and does nothing if that
   * would take cells from the pool, if there is no buffer for so many logits, or if the CPU has to know every token.
   * `MAX_STEPS_AHEAD` steps may be pending behind the one that is being read, but only one of kind `logits`; a further one abandons
   * the oldest, which may then reject. This is the `nth` of them, from 1 on: its row's earlier positions from that of the step being
   * read on may come back.
   */
  forwardAhead(rows: readonly AheadRow[], kind: OutputKind, nth: number): Promise<Candidates[]> | null;

  /**
   * Decodes `rows` like `forward`. Resolves to the hidden state of each row with `output`, in order: the `nEmbd` values after the
   * last norm, from which the logits are computed. As with logits, its bits depend only on the tokens of the row's own slot.
   */
  embed(rows: readonly BatchRow[]): Promise<Float32Array[]>;
}
