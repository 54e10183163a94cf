import type { ChainStage } from './stage.ts';

/** Keeps the `k` largest logits, sorted. */
export function createTopK(k: number): ChainStage | null {
  if (k <= 0) return null;
  return {
    effect: { kind: 'keepBest', count: k },
    apply: list => list.keepTop(k),
  };
}
