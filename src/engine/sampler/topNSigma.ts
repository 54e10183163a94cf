import { f32 } from './float32.ts';
import type { ChainStage } from './stage.ts';

/**
 * Masks logits more than `n` standard deviations below the largest (arXiv:2411.07641). As in llama.cpp, masked candidates stay in
 * the list with -Infinity.
 */
export function createTopNSigma(nSigma: number): ChainStage | null {
  const n = f32(nSigma);
  if (!(n > 0)) return null;
  return {
    effect: { kind: 'cutTail' },
    apply(list) {
      const { logits, size } = list;
      if (size <= 1) return;
      let sum = 0;
      let count = 0;
      for (let i = 0; i < size; i++) {
        if (logits[i] === Number.NEGATIVE_INFINITY) continue;
        sum = f32(sum + logits[i]);
        count++;
      }
      const mean = count > 0 ? f32(sum / count) : 0;
      let squares = 0;
      for (let i = 0; i < size; i++) {
        if (logits[i] === Number.NEGATIVE_INFINITY) continue;
        squares = f32(squares + f32(logits[i] - mean) ** 2);
      }
      const deviation = count > 0 ? f32(Math.sqrt(f32(squares / count))) : 0;
      const floor = f32(list.maxLogit() - f32(n * deviation));
      for (let i = 0; i < size; i++) if (logits[i] < floor) logits[i] = Number.NEGATIVE_INFINITY;
      list.sort();
    },
  };
}
