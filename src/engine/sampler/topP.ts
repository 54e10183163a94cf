import { f32 } from './float32.ts';
import { probabilityOf, softmax } from './softmax.ts';
import type { ChainStage } from './stage.ts';

/** Number of candidates to rank before ranking all; the nucleus is nearly always smaller. */
const FIRST_GUESS = 256;

/**
 * Nucleus sampling (arXiv:1904.09751): keeps the fewest best candidates whose probabilities reach `topP`, but at least `minKeep`,
 * sorted.
 */
export function createTopP(topP: number, minKeep: number): ChainStage | null {
  const p = f32(topP);
  if (p >= 1) return null;
  return {
    effect: { kind: 'cutTail' },
    apply(list) {
      const terms = softmax(list);
      for (const nRanked of [FIRST_GUESS, list.size]) {
        const top = list.top(nRanked);
        let cumulative = 0;
        for (let i = 0; i < top.ids.length; i++) {
          cumulative = f32(cumulative + probabilityOf(top.logits[i], terms));
          if (cumulative >= p && i + 1 >= minKeep) return list.assign(top, i + 1);
        }
      }
      // Rounding can keep the sum of all probabilities below `topP`.
      list.sort();
    },
  };
}
