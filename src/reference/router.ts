import { type Choosing, chooseExperts } from './blocks/chooseExperts.ts';
import { dot } from './dot.ts';

/** The experts of each row, best first, and their weights; both [rows, nUsed]. */
export interface ChosenExperts {
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
}

/** How experts are chosen and weighed; by default as Mixtral does. */
export interface RouterOptions extends Partial<Omit<Choosing, 'nUsed'>> {
  /** Of each expert, added to choose and not to weigh. */
  readonly selectionBias?: Float32Array | null;
  /** Of each expert, added to its logit. */
  readonly routerBias?: Float32Array | null;
}

const MIXTRAL = { gating: 'softmax', normalise: true, weightScale: 1, groups: null } as const;

/**
 * Chooses `nUsed` experts for each row of `x` [rows, k] by the logits `gateInp` [nExpert, k] · x: softmax over all experts, the
 * likeliest (lowest id on a tie), their probabilities divided by their sum (Jiang et al. 2024, Mixtral), or as `options` say.
 */
export function router(
  gateInp: Float32Array,
  x: Float32Array,
  k: number,
  nUsed: number,
  { selectionBias = null, routerBias = null, ...options }: RouterOptions = {},
): ChosenExperts {
  const choices = Array.from({ length: x.length / k }, (_, row) => {
    const logits = Float64Array.from(
      { length: gateInp.length / k },
      (_, expert) => dot(gateInp, expert * k, x, row * k, k) + (routerBias?.[expert] ?? 0),
    );
    return chooseExperts({ ...MIXTRAL, ...options, nUsed }, logits, selectionBias);
  }).flat();
  return {
    ids: Uint32Array.from(choices, ({ expert }) => expert),
    weights: Float32Array.from(choices, ({ weight }) => weight),
  };
}
