import { type Choosing, chooseExperts } from './blocks/chooseExperts.ts';
import { dot } from './dot.ts';

/** Experts of each row, best first, and their weights; both [rows, nUsed]. */
export interface ChosenExperts {
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
}

/** Options for choosing and weighing experts; Mixtral's by default. */
export interface RouterOptions extends Partial<Omit<Choosing, 'nUsed'>> {
  /** One bias per expert, which affects the choice, but not the weights. */
  readonly selectionBias?: Float32Array | null;
  /** One bias per expert, added to its logit. */
  readonly routerBias?: Float32Array | null;
  /** One factor per expert, which multiplies its weight at last. */
  readonly outputScale?: Float32Array | null;
}

const MIXTRAL = { gating: 'softmax', normalise: true, weightScale: 1, groups: null } as const;

/**
 * Chooses `nUsed` experts for each row of `x` [rows, k] by the logits `gateInp` [nExpert, k] · x. By default, as in Mixtral
 * (Jiang et al. 2024), it takes the likeliest by the softmax over all experts (lowest id on a tie) and divides their
 * probabilities by their sum.
 */
export function router(
  gateInp: Float32Array,
  x: Float32Array,
  k: number,
  nUsed: number,
  { selectionBias = null, routerBias = null, outputScale = null, ...options }: RouterOptions = {},
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
    weights: Float32Array.from(choices, ({ expert, weight }) => weight * (outputScale?.[expert] ?? 1)),
  };
}
