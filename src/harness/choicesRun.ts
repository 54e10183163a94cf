import type { DraftToken } from '../forward/drafting.ts';
import type { OutputKind } from '../forward/forward.ts';
import type { Model } from '../model/model.ts';

/** Everything that a model chooses from its logits on the GPU. */
export interface Choices {
  /** Candidates after each token, as pairs (token, logit). */
  readonly candidates: Readonly<
    Record<Exclude<OutputKind, 'logits'>, readonly (readonly [number, number][])[]>
  >;
  /** Drafts of two slots. */
  readonly drafts: DraftToken[][];
  readonly draftsWithProbability: DraftToken[][];
  /** Whether a step can follow one that was not read. */
  readonly goesAhead: boolean;
}

/** Chooses after each of `tokens` in one batch, then drafts in two slots. */
export async function choicesOf(model: Model, tokens: readonly number[]): Promise<Choices> {
  const rows = tokens.map((token, position) => ({ token, position, slot: 0, output: true }));
  const pairsFor = async (kind: Exclude<OutputKind, 'logits'>) => {
    const outputs = await model.forward(rows, kind);
    return outputs.map(({ ids, logits }) => Array.from(ids, (id, i): [number, number] => [id, logits[i]]));
  };
  const starts = [0, 1].map(slot => ({ token: tokens[slot], position: 0, slot, output: true }));
  const pending = model.forward(starts.slice(0, 1), 'argmax');
  const ahead = model.forwardAhead([{ from: 0, position: 1, slot: 0 }], 'argmax', 1);
  await Promise.all([pending, ahead]);
  return {
    goesAhead: ahead !== null,
    candidates: { argmax: await pairsFor('argmax'), topK: await pairsFor('topK') },
    drafts: await model.draft(starts, 5, false),
    draftsWithProbability: await model.draft(starts, 5, true),
  };
}
