import type { ExpertFfn } from '../../architectures/index.ts';
import { assertNever } from '../../util/assert.ts';
import { add, scale, sigmoid, softmax, type Vector } from './vector.ts';

/** Smallest divisor of the weights: the smallest normal half, as in `build_moe_ffn` of llama.cpp. */
const MIN_WEIGHT_SUM = 6.103515625e-5;

/** Part of a mixture of experts that determines how they are chosen and weighed. */
export type Choosing = Pick<ExpertFfn, 'nUsed' | 'gating' | 'normalise' | 'weightScale' | 'groups'>;

export interface Choice {
  readonly expert: number;
  readonly weight: number;
}

/**
 * Chooses the experts of a row by its router's logits, likeliest first, ties by ascending index. `selectionBias` affects the
 * choice, but not the weights.
 */
export function chooseExperts(
  spec: Choosing,
  logits: Vector,
  selectionBias: Float32Array | null,
): readonly Choice[] {
  const probabilities = probabilitiesOf(spec, logits);
  const scores = selectionBias === null ? probabilities : add(probabilities, selectionBias);
  const chosen = highest(scores, spec.nUsed, expertsOfGroups(spec, scores));
  const weights = weightsOf(
    spec,
    Float64Array.from(chosen, expert => probabilities[expert]),
  );
  return chosen.map((expert, i) => ({ expert, weight: weights[i] }));
}

function probabilitiesOf({ gating }: Choosing, logits: Vector): Vector {
  switch (gating) {
    case 'softmax':
      return softmax(logits);
    case 'sigmoid':
      return logits.map(sigmoid);
    case 'softmaxOfChosen':
      return logits;
    default:
      return assertNever(gating);
  }
}

function weightsOf({ gating, normalise, weightScale }: Choosing, chosen: Vector): Vector {
  const weights = gating === 'softmaxOfChosen' ? softmax(chosen) : chosen;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return scale(scale(weights, normalise ? 1 / Math.max(sum, MIN_WEIGHT_SUM) : 1), weightScale);
}

/** Experts of the groups whose two best have the largest sums. */
function expertsOfGroups({ groups }: Choosing, scores: Vector): readonly number[] {
  const all = [...scores.keys()];
  if (groups === null) return all;
  const size = scores.length / groups.count;
  const sums = Float64Array.from({ length: groups.count }, (_, group) => {
    const [best, second] = scores.slice(group * size, (group + 1) * size).sort((a, b) => b - a);
    return best + second;
  });
  const used = highest(sums, groups.used, [...sums.keys()]);
  return all.filter(expert => used.includes(Math.floor(expert / size)));
}

/** The `count` candidates with the highest scores, highest first. */
function highest(scores: Vector, count: number, candidates: readonly number[]): readonly number[] {
  return candidates.toSorted((a, b) => scores[b] - scores[a] || a - b).slice(0, count);
}
