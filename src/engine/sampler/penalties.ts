import type { TokenId } from '../../forward/forward.ts';
import { ForetokenError } from '../../util/errors.ts';
import { f32 } from './float32.ts';
import type { SamplerParams } from './params.ts';
import type { ChainStage } from './stage.ts';
import { TokenHistory } from './tokenHistory.ts';

type PenaltyParams = Pick<
  SamplerParams,
  'repeatLastN' | 'repeatPenalty' | 'frequencyPenalty' | 'presencePenalty'
>;

/**
 * Makes tokens of the last `repeatLastN` less likely. A positive logit is divided by the repeat penalty, any other is multiplied
 * (CTRL, arXiv:1909.05858, corrected for negative logits); then count · frequency + presence is subtracted.
 */
export function createPenalties(params: PenaltyParams): ChainStage | null {
  const repeat = f32(params.repeatPenalty);
  const frequency = f32(params.frequencyPenalty);
  const presence = f32(params.presencePenalty);
  if (params.repeatLastN <= 0 || (repeat === 1 && frequency === 0 && presence === 0)) return null;

  const history = new TokenHistory(params.repeatLastN);
  const counts = new Map<TokenId, number>();
  const countOf = (token: TokenId): number => counts.get(token) ?? 0;
  return {
    effect: { kind: 'reweigh' },
    accept(token) {
      counts.set(token, countOf(token) + 1);
      const leaving = history.push(token);
      if (leaving === undefined) return;
      if (countOf(leaving) > 1) counts.set(leaving, countOf(leaving) - 1);
      else counts.delete(leaving);
    },
    apply(list) {
      const { logits } = list;
      for (const [token, count] of counts) {
        const i = list.indexOf(token);
        if (i < 0) continue;
        const scaled = f32(logits[i] > 0 ? logits[i] / repeat : logits[i] * repeat);
        logits[i] = scaled - f32(f32(count * frequency) + presence);
      }
      list.sorted = false;
    },
  };
}

/** Throws `invalid_request` unless the repeat penalty is finite and above 0, even if the chain has no penalties. */
export function checkRepeatPenalty(repeatPenalty: number): void {
  const repeat = f32(repeatPenalty);
  if (Number.isFinite(repeat) && repeat > 0) return;
  throw new ForetokenError(
    'invalid_request',
    'Failed to initialize samplers: penalty_repeat must be finite and greater than 0',
    { repeat_penalty: repeatPenalty },
  );
}
