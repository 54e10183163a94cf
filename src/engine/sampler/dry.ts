import type { TokenId } from '../../forward/forward.ts';
import { f32, logf } from './float32.ts';
import type { SamplerParams } from './params.ts';
import type { ChainStage } from './stage.ts';
import { TokenHistory } from './tokenHistory.ts';

type DryParams = Pick<
  SamplerParams,
  'dryMultiplier' | 'dryBase' | 'dryAllowedLength' | 'dryPenaltyLastN' | 'dryBreakers'
>;

/** Natural logarithm of the largest float32; keeps base^exponent finite. */
const FLOAT_MAX_LOG = f32(88.7228391);

/**
 * DRY ("don't repeat yourself", oobabooga/text-generation-webui#5677): a token that would extend a repetition of length L ≥
 * allowed by one more loses multiplier · base^(L − allowed). Repetitions do not reach across sequence breakers.
 */
export function createDry(params: DryParams): ChainStage | null {
  const multiplier = f32(params.dryMultiplier);
  const base = f32(params.dryBase);
  const { dryAllowedLength: allowedLength, dryBreakers: breakers } = params;
  if (multiplier === 0 || base < 1 || params.dryPenaltyLastN <= 0) return null;

  const history = new TokenHistory(params.dryPenaltyLastN);
  const maxExponent = base > f32(1.000001) ? Math.trunc(f32(FLOAT_MAX_LOG / logf(base))) : 0;
  const isBreaker = (token: TokenId): boolean =>
    breakers.get(token)?.some(tail => tail.length === 0) ?? false;
  return {
    effect: { kind: 'reweigh' },
    accept: token => void history.push(token),
    apply(list) {
      if (history.size <= allowedLength) return;
      const limit = lengthSinceBreaker(history, breakers);
      if (limit < allowedLength) return;
      for (const [token, length] of continuations(history, limit, allowedLength)) {
        const i = list.indexOf(token);
        if (i < 0 || isBreaker(token)) continue;
        const excess = length - allowedLength;
        const exponent = maxExponent > 0 ? Math.min(excess, maxExponent) : excess;
        list.logits[i] -= f32(multiplier * base ** exponent);
      }
      list.sorted = false;
    },
  };
}

/** Number of tokens at the end of the history after its last sequence breaker; the whole history without one. */
function lengthSinceBreaker(history: TokenHistory, breakers: DryParams['dryBreakers']): number {
  for (let i = 0; i < history.size; i++) {
    let longest = -1;
    for (const tail of breakers.get(history.fromEnd(i)) ?? []) {
      const fits = tail.length <= i && tail.every((token, k) => token === history.fromEnd(i - k - 1));
      if (fits) longest = Math.max(longest, tail.length);
    }
    if (longest >= 0) return i - longest;
  }
  return history.size;
}

/** Maps each token that once followed a repetition of the history's end to the longest such repetition, up to `limit`. */
function continuations(history: TokenHistory, limit: number, allowedLength: number): Map<TokenId, number> {
  const lengths = suffixRepeats(history);
  const longest = new Map<TokenId, number>();
  for (let k = 1; k < history.size; k++) {
    const length = Math.min(lengths[k], limit);
    if (length < allowedLength) continue;
    const next = history.fromEnd(k - 1);
    longest.set(next, Math.max(longest.get(next) ?? 0, length));
  }
  return longest;
}

/** Z-array of the reversed history: element k is how many tokens that end `k` before the newest repeat the history's end. */
function suffixRepeats(history: TokenHistory): Int32Array {
  const n = history.size;
  const z = new Int32Array(n);
  let left = 0;
  let right = 0;
  for (let k = 1; k < n; k++) {
    let length = k < right ? Math.min(z[k - left], right - k) : 0;
    while (k + length < n && history.fromEnd(length) === history.fromEnd(k + length)) length++;
    z[k] = length;
    if (k + length > right) {
      left = k;
      right = k + length;
    }
  }
  return z;
}
