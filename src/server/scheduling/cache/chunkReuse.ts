import type { TokenId } from '../../../forward/forward.ts';

/** A context shift that brings a chunk to the place where a prompt has it: arguments of `ForwardPass.shift`. */
export interface ChunkShift {
  readonly keep: number;
  readonly discard: number;
  readonly end: number;
}

/**
 * `n_cache_reuse`: what of a slot's cells can serve a prompt whose first `nPast` tokens they hold, when later chunks of at
 * least `minLength` equal tokens are moved down to where the prompt has them. What lies between is dropped. Gives the
 * shifts, in order, and how many tokens of the prompt the cells hold after them.
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
    // Cells have moved by what was dropped so far.
    const moved = cells.length - end;
    const discard = from - moved - at;
    if (discard > 0) shifts.push({ keep: at, discard, end });
    end -= discard;
    at += length;
    from += length;
  }
  return { shifts, nPast: at };
}

/** How many tokens are equal from these positions on. */
function commonRun(a: readonly TokenId[], fromA: number, b: readonly TokenId[], fromB: number): number {
  const most = Math.min(a.length - fromA, b.length - fromB);
  for (let i = 0; i < most; i++) if (a[fromA + i] !== b[fromB + i]) return i;
  return most;
}
