import { f32, logf } from './float32.ts';
import { softmax } from './softmax.ts';
import type { ChainStage } from './stage.ts';

/**
 * Locally typical sampling (arXiv:2202.00666): keeps the candidates whose surprise is nearest to the entropy until their
 * probabilities exceed `typicalP`, but at least `minKeep`, in that order.
 */
export function createTypicalP(typicalP: number, minKeep: number): ChainStage | null {
  const limit = f32(typicalP);
  if (limit >= 1) return null;
  return {
    effect: { kind: 'reweigh' },
    apply(list) {
      list.sort();
      softmax(list);
      const { p, size } = list;
      let entropy = 0;
      // A masked candidate adds nothing, the limit of -p·log p; llama.cpp gets NaN here.
      for (let i = 0; i < size; i++) if (p[i] > 0) entropy = f32(entropy + f32(-p[i] * logf(p[i])));

      const distance = new Float32Array(size);
      for (let i = 0; i < size; i++) distance[i] = Math.abs(f32(-logf(p[i]) - entropy));
      const order = Array.from({ length: size }, (_, i) => i).sort((a, b) =>
        distance[a] === distance[b] ? a - b : distance[a] - distance[b],
      );

      let cumulative = 0;
      let kept = size;
      for (let i = 0; i < size; i++) {
        cumulative = f32(cumulative + p[order[i]]);
        if (cumulative > limit && i + 1 >= minKeep) {
          kept = i + 1;
          break;
        }
      }
      list.select(order.slice(0, kept));
    },
  };
}
