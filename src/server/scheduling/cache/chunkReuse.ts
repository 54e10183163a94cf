import type { TokenId } from '../../../forward/forward.ts';

/** Context shift that moves a chunk to its position in the prompt: arguments of `ForwardPass.shift`. */
export interface ChunkShift {
  readonly keep: number;
  readonly discard: number;
  readonly end: number;
}

/**
 * Plans the reuse for `n_cache_reuse`. The slot's cells already hold the first `nPast` tokens of the prompt. Later chunks of at
 * least `minLength` equal tokens are moved down to their positions in the prompt, and the cells between are dropped. Returns the
 * shifts, in order, and the number of prompt tokens that the cells hold afterwards.
 */
export function chunkShifts(
  cells: readonly TokenId[],
  prompt: readonly TokenId[],
  nPast: number,
  minLength: number,
): { readonly shifts: readonly ChunkShift[]; readonly nPast: number } {
  const shifts: ChunkShift[] = [];
  let at = nPast;
  let from = nPast;
  let end = cells.length;
  while (from < cells.length && at < prompt.length) {
    const length = commonRun(cells, from, prompt, at);
    if (length < minLength) {
      from++;
      continue;
    }
    // Earlier shifts have moved the cells down by the number of dropped ones.
    const moved = cells.length - end;
    const discard = from - moved - at;
    if (discard > 0) shifts.push({ keep: at, discard, end });
    end -= discard;
    at += length;
    from += length;
  }
  return { shifts, nPast: at };
}

/** Number of equal tokens from these positions on. */
function commonRun(a: readonly TokenId[], fromA: number, b: readonly TokenId[], fromB: number): number {
  const most = Math.min(a.length - fromA, b.length - fromB);
  for (let i = 0; i < most; i++) if (a[fromA + i] !== b[fromB + i]) return i;
  return most;
}
