import type { LogitBias } from './params.ts';
import type { ChainStage } from './stage.ts';

/** Adds a bias to the logits of single tokens; -Infinity bans a token. Tokens outside the vocabulary are ignored. */
export function createLogitBias(biases: readonly LogitBias[]): ChainStage | null {
  if (biases.length === 0) return null;
  return {
    effect: biases.every(({ bias }) => bias <= 0)
      ? { kind: 'lower', count: biases.length }
      : { kind: 'reweigh' },
    apply(list) {
      for (const { token, bias } of biases) {
        const i = list.indexOf(token);
        if (i >= 0) list.logits[i] += Math.fround(bias);
      }
      list.sorted = false;
    },
  };
}
