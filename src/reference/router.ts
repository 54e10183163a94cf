import { dot } from './dot.ts';

/** The experts of each row, by descending probability, and their weights, which sum to 1; both [rows, nUsed]. */
export interface ChosenExperts {
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
}

/**
 * Chooses `nUsed` experts for each row of `x` [rows, k]: softmax of `gateInp` [nExpert, k] · x over all experts, the
 * likeliest (lowest id on a tie), their probabilities divided by their sum (Jiang et al. 2024, Mixtral).
 */
export function router(gateInp: Float32Array, x: Float32Array, k: number, nUsed: number): ChosenExperts {
  const nExpert = gateInp.length / k;
  const nRows = x.length / k;
  const ids = new Uint32Array(nRows * nUsed);
  const weights = new Float32Array(nRows * nUsed);
  for (let row = 0; row < nRows; row++) {
    const logits = Array.from({ length: nExpert }, (_, expert) => dot(gateInp, expert * k, x, row * k, k));
    const ranked = logits.map((logit, expert) => ({ expert, logit })).sort(byLogit);
    const chosen = ranked.slice(0, nUsed);
    // The denominator of the softmax cancels when the chosen are renormalised.
    const largest = chosen[0].logit;
    const total = chosen.reduce((sum, { logit }) => sum + Math.exp(logit - largest), 0);
    chosen.forEach(({ expert, logit }, rank) => {
      ids[row * nUsed + rank] = expert;
      weights[row * nUsed + rank] = Math.exp(logit - largest) / total;
    });
  }
  return { ids, weights };
}

interface RankedExpert {
  readonly expert: number;
  readonly logit: number;
}

function byLogit(a: RankedExpert, b: RankedExpert): number {
  return b.logit - a.logit || a.expert - b.expert;
}
