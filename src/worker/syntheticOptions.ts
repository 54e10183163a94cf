import { conditionalProbabilities, ratesOfLength } from '../engine/syntheticRates.ts';
import type { DraftKind } from '../protocol/completion.ts';
import { invalidOption } from '../protocol/options/option.ts';
import type { ResolvedOptions } from '../protocol/options.ts';
import { isSynthetic, longestDraft } from './speculation.ts';

/**
 * Acceptance probability of each token of a draft, given that the tokens before it were accepted; null if the target decides.
 * Throws `invalid_option` for rates that do not suit the available kinds of speculation.
 */
export function syntheticAcceptance(
  options: ResolvedOptions,
  kinds: readonly DraftKind[],
): readonly number[] | null {
  if (!isSynthetic(options)) return null;
  const { specSynthRates, specSynthLen } = options;
  if (specSynthRates !== undefined && specSynthLen !== undefined) {
    throw invalidOption('specSynthRates and specSynthLen exclude each other; give one of them');
  }
  const nMax = Math.max(0, ...kinds.map(kind => longestDraft(kind, options)));
  if (nMax === 0) {
    throw invalidOption(
      'synthetic acceptance needs drafts of at least one token; give a draft model, or another specType and a longer draft',
    );
  }
  if (specSynthRates !== undefined) checkRates(specSynthRates, nMax);
  if (specSynthLen !== undefined && specSynthLen > nMax + 1) {
    throw invalidOption(
      `specSynthLen (${specSynthLen}) must be from 1 to ${nMax + 1}: a step yields the ${nMax} tokens of the longest draft and one more at most`,
    );
  }
  return conditionalProbabilities(specSynthRates ?? ratesOfLength(specSynthLen ?? 1, nMax));
}

function checkRates(rates: readonly number[], nMax: number): void {
  if (rates.length !== nMax) {
    throw invalidOption(
      `specSynthRates has ${rates.length} values, but the longest draft ${nMax} tokens; give one value for each`,
    );
  }
  const rising = rates.findIndex((rate, i) => i > 0 && rate > rates[i - 1]);
  if (rising > 0) {
    throw invalidOption(
      `specSynthRates must not rise, but ${rates[rising]} follows ${rates[rising - 1]}; each is the probability that all up to there are accepted`,
    );
  }
}
