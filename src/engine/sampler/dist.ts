import { Mt19937 } from './mt19937.ts';
import { weightOf } from './softmax.ts';
import type { Selector } from './stage.ts';

/**
 * Draws from the softmax of the list, in its present order: float32 weights, double sums, one draw even from a single candidate.
 */
export function createDist(seed: number): Selector {
  const rng = new Mt19937(seed);
  return {
    select(list) {
      const { logits, p, size } = list;
      const max = list.maxLogit();
      let sum = 0;
      for (let i = 0; i < size; i++) {
        p[i] = weightOf(logits[i], max);
        sum += p[i];
      }
      const target = sum * rng.nextDouble();
      let running = 0;
      let chosen = -1;
      for (let i = 0; i < size; i++) {
        running += p[i];
        // A draw of exactly 0 must not choose a candidate that a stage has excluded.
        if (chosen < 0 && running >= target && p[i] > 0) chosen = i;
        p[i] /= sum;
      }
      return chosen < 0 ? size - 1 : chosen;
    },
  };
}
