import type { Candidates, OutputKind, TokenId } from '../forward/forward.ts';

/** Likeliest token of an output row of `kind`: the argmax, with the lowest id on a tie. */
export function likeliest({ ids, logits }: Candidates, kind: OutputKind): TokenId {
  if (kind !== 'logits') return ids[0];
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return ids[best];
}
