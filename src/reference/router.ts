import { assertNever } from '../util/assert.ts';
import { softmax } from './attention.ts';
import { dot } from './dot.ts';

/** The experts of each row, best first, and their weights; both [rows, nUsed]. */
export interface ChosenExperts {
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
}

/** How experts are chosen and weighed; by default as Mixtral does. */
export interface RouterOptions {
  /** Weight of an expert: its probability among all, its own sigmoid, or its probability among the chosen. */
  readonly gating?: 'softmax' | 'sigmoid' | 'softmaxOfChosen';
  /** Whether the weights of the chosen are divided by their sum, or by 2^-14 where that is larger. */
  readonly normalise?: boolean;
  readonly weightScale?: number;
  /** Experts are chosen from the `used` groups whose two best have the largest sums (DeepSeek-V3). */
  readonly groups?: { readonly count: number; readonly used: number } | null;
  /** Of each expert, added to choose and not to weigh. */
  readonly selectionBias?: Float32Array | null;
  /** Of each expert, added to its logit. */
  readonly routerBias?: Float32Array | null;
}

const SMALLEST_SUM = 2 ** -14;

/**
 * Chooses `nUsed` experts for each row of `x` [rows, k] by the logits `gateInp` [nExpert, k] · x: softmax over all experts, the
 * likeliest (lowest id on a tie), their probabilities divided by their sum (Jiang et al. 2024, Mixtral), or as `options` say.
 */
export function router(
  gateInp: Float32Array,
  x: Float32Array,
  k: number,
  nUsed: number,
  options: RouterOptions = {},
): ChosenExperts {
  const nExpert = gateInp.length / k;
  const nRows = x.length / k;
  const ids = new Uint32Array(nRows * nUsed);
  const weights = new Float32Array(nRows * nUsed);
  for (let row = 0; row < nRows; row++) {
    const logits = Array.from(
      { length: nExpert },
      (_, expert) => dot(gateInp, expert * k, x, row * k, k) + (options.routerBias?.[expert] ?? 0),
    );
    const values = valuesOf(logits, options);
    const scores = values.map((value, expert) => value + (options.selectionBias?.[expert] ?? 0));
    const chosen = best(fromBestGroups(scores, options), nUsed);
    ids.set(chosen, row * nUsed);
    weights.set(
      weightsOf(
        chosen.map(expert => values[expert]),
        options,
      ),
      row * nUsed,
    );
  }
  return { ids, weights };
}

function valuesOf(logits: readonly number[], { gating = 'softmax' }: RouterOptions): number[] {
  switch (gating) {
    case 'softmax':
      return softmax(logits);
    case 'sigmoid':
      return logits.map(logit => 1 / (1 + Math.exp(-logit)));
    case 'softmaxOfChosen':
      return [...logits];
    default:
      return assertNever(gating);
  }
}

/** Indices of the `count` largest, the lowest on a tie. */
function best(scores: readonly number[], count: number): number[] {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  return order.slice(0, count);
}

/** Scores that cannot be chosen are -Infinity. */
function fromBestGroups(scores: readonly number[], { groups }: RouterOptions): readonly number[] {
  if (!groups) return scores;
  const each = scores.length / groups.count;
  const sums = Array.from({ length: groups.count }, (_, group) => {
    const [first, second] = scores.slice(group * each, (group + 1) * each).sort((a, b) => b - a);
    return first + second;
  });
  const taken = best(sums, groups.used);
  return scores.map((score, i) => (taken.includes(Math.floor(i / each)) ? score : Number.NEGATIVE_INFINITY));
}

function weightsOf(values: readonly number[], options: RouterOptions): number[] {
  const { gating = 'softmax', normalise = true, weightScale = 1 } = options;
  const weights = gating === 'softmaxOfChosen' ? softmax(values) : values;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const divisor = normalise ? Math.max(total, SMALLEST_SUM) : 1;
  return weights.map(weight => (weight / divisor) * weightScale);
}
