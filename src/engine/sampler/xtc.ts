import { f32 } from './float32.ts';
import { Mt19937 } from './mt19937.ts';
import type { SamplerParams } from './params.ts';
import { softmax } from './softmax.ts';
import type { ChainStage } from './stage.ts';

type XtcParams = Pick<SamplerParams, 'seed' | 'xtcProbability' | 'xtcThreshold' | 'minKeep'>;

/**
 * Exclude top choices: with probability `xtcProbability`, removes all but the least likely of the candidates whose probability
 * reaches `xtcThreshold`. Draws from its own generator, seeded like the chain's.
 */
export function createXtc(params: XtcParams): ChainStage | null {
  const probability = f32(params.xtcProbability);
  const threshold = f32(params.xtcThreshold);
  if (probability <= 0 || threshold > 0.5) return null;
  const rng = new Mt19937(params.seed);
  return {
    effect: { kind: 'reweigh' },
    apply(list) {
      if (list.size < 2) return;
      if (rng.nextFloat() > probability) return;
      list.sort();
      softmax(list);
      let last = 0;
      while (last + 1 < list.size && list.p[last + 1] >= threshold) last++;
      if (last > 0 && list.size - last >= params.minKeep) list.removeFirst(last);
    },
  };
}
