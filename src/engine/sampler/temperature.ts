import type { CandidateList } from './candidateList.ts';
import { f32, logf, powf } from './float32.ts';
import type { SamplerParams } from './params.ts';
import { softmax } from './softmax.ts';
import type { ChainStage } from './stage.ts';

type TemperatureParams = Pick<SamplerParams, 'temperature' | 'dynatempRange' | 'dynatempExponent'>;

/**
 * Divides the logits by the temperature; at 0 or below only the first largest logit stays. With `dynatempRange` above 0 the
 * temperature follows the entropy, between temperature − range and temperature + range (arXiv:2309.02772).
 */
export function createTemperature(params: TemperatureParams): ChainStage | null {
  const temperature = f32(params.temperature);
  const range = f32(params.dynatempRange);
  const exponent = f32(params.dynatempExponent);
  if (range > 0) {
    const low = Math.max(0, f32(temperature - range));
    const high = f32(temperature + range);
    return {
      effect: { kind: 'reweigh' },
      apply(list) {
        if (list.size <= 1) return;
        const share = powf(normalizedEntropy(list), exponent);
        scaleByTemperature(list, f32(low + f32(f32(high - low) * share)));
      },
    };
  }
  if (temperature === 1) return null;
  return {
    effect: temperature <= 0 ? { kind: 'keepBest', count: 1 } : { kind: 'reweigh' },
    apply: list => scaleByTemperature(list, temperature),
  };
}

/** Entropy divided by the largest possible one for this number of candidates, in 0..1. Sorts the list. */
function normalizedEntropy(list: CandidateList): number {
  list.sort();
  softmax(list);
  const { p, size } = list;
  let entropy = 0;
  for (let i = 0; i < size; i++) if (p[i] > 0) entropy = f32(entropy - f32(p[i] * logf(p[i])));
  return f32(entropy / -logf(f32(1 / size)));
}

function scaleByTemperature(list: CandidateList, temperature: number): void {
  const { logits, size } = list;
  if (temperature > 0) {
    for (let i = 0; i < size; i++) logits[i] /= temperature;
    return;
  }
  const best = logits.subarray(0, size).indexOf(list.maxLogit());
  for (let i = 0; i < size; i++) if (i !== best) logits[i] = Number.NEGATIVE_INFINITY;
}
