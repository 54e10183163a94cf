import { f32, logf } from './float32.ts';
import type { ChainStage } from './stage.ts';

/**
 * Keeps candidates that are at least `minP` times as likely as the best (arXiv:2407.01082), but at least `minKeep` of them. An
 * unsorted list keeps its order if enough candidates remain.
 */
export function createMinP(minP: number, minKeep: number): ChainStage | null {
  const p = f32(minP);
  if (p <= 0) return null;
  const logP = logf(p);
  return {
    effect: { kind: 'cutTail' },
    apply(list) {
      const { ids, logits, size } = list;
      const floor = f32(list.maxLogit() + logP);
      let kept = 0;
      for (let i = 0; i < size; i++) if (logits[i] >= floor) kept++;
      if (kept < Math.max(minKeep, 1)) return list.keepTop(Math.max(minKeep, 1));

      let to = 0;
      for (let i = 0; i < size; i++) {
        if (!(logits[i] >= floor)) continue;
        ids[to] = ids[i];
        logits[to++] = logits[i];
      }
      list.size = kept;
    },
  };
}
