import type { BatchRow } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import { assert } from '../util/assert.ts';
import { shareBatch } from './batchShare.ts';
import type { Pool } from './pooling.ts';
import type { Sequence, StepResult } from './sequence.ts';

/** Prompt whose hidden states are wanted, without generation. */
export interface EmbeddedSequence extends Sequence {
  readonly pool: Pool;
}

export function isEmbedded(sequence: Sequence): sequence is EmbeddedSequence {
  return sequence.pool !== undefined;
}

/**
 * Decodes one batch of at most `nRows` rows of these prompts, first come first served, and pools their hidden states as they
 * arrive, keeping no more of them than the pooling needs. When the model fails, the sequences stay unchanged.
 */
export async function embedStep(
  target: ForwardPass,
  sequences: readonly EmbeddedSequence[],
  nRows: number,
): Promise<StepResult[]> {
  const { nTokens } = shareBatch(
    sequences.map(({ tokens, nPast }) => ({
      nPending: tokens.length - nPast,
      nDraftMax: 0,
      isPrompt: true,
    })),
    nRows,
  );
  const rows = sequences.map((sequence, i) => rowsOf(sequence, nTokens[i]));
  const states = (await target.embed(rows.flat())).values();
  const results = sequences.map((sequence, i): StepResult => {
    for (const { output } of rows[i]) if (output) sequence.pool.add(next(states));
    sequence.nPast += nTokens[i];
    return { sequence, nPrompt: nTokens[i], sampled: [], draft: [], drafter: null, nAccepted: 0 };
  });
  assert(states.next().done, 'more hidden states than output rows');
  return results;
}

function rowsOf({ tokens, nPast, slot, pool }: EmbeddedSequence, nTokens: number): BatchRow[] {
  return tokens.slice(nPast, nPast + nTokens).map((token, i) => {
    const position = nPast + i;
    return { token, position, slot, output: pool.needs(position) };
  });
}

function next(states: Iterator<Float32Array>): Float32Array {
  const { value, done } = states.next();
  assert(!done, 'fewer hidden states than output rows');
  return value;
}
