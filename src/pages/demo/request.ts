import type { CompletionRequest } from '../../client/index.ts';
import type { Settings } from './settings.ts';

/** Request that a press of Run sends. */
export function completionRequest(
  prompt: string,
  settings: Settings,
): CompletionRequest & { readonly stream: true } {
  return {
    prompt,
    stream: true,
    timings_per_token: true,
    n_predict: settings.nPredict,
    temperature: settings.temperature,
    top_k: settings.topK,
    top_p: settings.topP,
    min_p: settings.minP,
    repeat_penalty: settings.repeatPenalty,
    seed: settings.seed,
    speculative: {
      n_max: settings.speculation ? settings.draftMax : 0,
      // A minimum above the maximum would discard every draft.
      n_min: settings.speculation ? Math.min(settings.draftMin, settings.draftMax) : 0,
      p_min: settings.pMin,
    },
  };
}
