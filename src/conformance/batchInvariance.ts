import type { BatchRow } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';

/** Batch whose logits differ from those of the same tokens decoded one by one. */
export interface Deviation {
  readonly batch: string;
  readonly position: number;
  /** Number of logits whose bits differ. */
  readonly nLogits: number;
}

export interface InvarianceReport {
  /** Number of rows of logits compared bit by bit. */
  readonly nCompared: number;
  readonly deviations: readonly Deviation[];
}

/** Widths at which every row is compared: all that verification uses, and some that only prompts have. */
const WIDTHS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 40, 64];

/**
 * Measures design D1: compares, bit by bit, the logits after each of `tokens` in slot 0, decoded alone, with the same row in
 * batches of every width, and beside rows of slot 1 (`others`). With `nLast` only the last rows are compared, but always a full
 * batch of each width for which there are enough tokens.
 */
export async function checkInvariance(
  model: ForwardPass,
  tokens: readonly number[],
  others: readonly number[],
  nLast = tokens.length,
): Promise<InvarianceReport> {
  const row = (slot: number, sequence: readonly number[], position: number): BatchRow => ({
    token: sequence[position],
    position,
    slot,
    output: true,
  });
  const alone: Float32Array[] = [];
  for (let position = 0; position < tokens.length; position++) {
    const [candidates] = await model.forward([row(0, tokens, position)], 'logits');
    alone.push(candidates.logits);
  }

  const deviations: Deviation[] = [];
  let nCompared = 0;
  const compare = async (batch: string, rows: readonly BatchRow[]) => {
    const outputs = await model.forward(rows, 'logits');
    rows.forEach(({ slot, position }, i) => {
      if (slot !== 0) return;
      nCompared++;
      const nLogits = differingBits(outputs[i].logits, alone[position]);
      if (nLogits > 0) deviations.push({ batch, position, nLogits });
    });
  };

  const startOf = (width: number) => Math.max(0, tokens.length - Math.max(width, nLast));
  for (const width of WIDTHS.filter(width => width <= model.maxRows)) {
    for (let first = startOf(width); first < tokens.length; first += width) {
      const positions = Array.from({ length: Math.min(width, tokens.length - first) }, (_, i) => first + i);
      await compare(
        `${width} rows`,
        positions.map(position => row(0, tokens, position)),
      );
    }
  }
  for (let position = startOf(1); position < tokens.length; position++) {
    const neighbours = others.slice(0, 1 + (position % 4)).map((_, i) => row(1, others, i));
    await compare('beside a busy slot', [...neighbours, row(0, tokens, position)]);
  }
  return { nCompared, deviations };
}

function differingBits(a: Float32Array, b: Float32Array): number {
  const aBits = new Uint32Array(a.buffer, a.byteOffset, a.length);
  const bBits = new Uint32Array(b.buffer, b.byteOffset, b.length);
  let count = 0;
  for (let i = 0; i < aBits.length; i++) if (aBits[i] !== bBits[i]) count++;
  return count;
}
