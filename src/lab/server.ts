import { EXCHANGE_ORIGIN } from '../protocol/exchange.ts';
import { ForetokenError } from '../util/errors.ts';
import type { Composition } from '../worker/api.ts';
import { compose } from '../worker/compose.ts';
import type { Bench } from './bench.ts';
import type { ModelName } from './models.ts';

/** Starts a server with one of the page's models, and maybe a draft model. */
export async function serve(
  { models }: Bench,
  model: ModelName,
  draft: ModelName | null,
): Promise<Composition> {
  const [target, small] = await Promise.all([models.get(model), draft === null ? null : models.get(draft)]);
  return compose(
    {
      model: new Blob([target.bytes]),
      ...(small && { modelDraft: new Blob([small.bytes]) }),
      nCtx: 512,
      draftAdaptive: false,
      cachePrompt: false,
      metricsEndpoint: true,
      selfTest: false,
    },
    () => {},
    () => {},
  );
}

export interface Question {
  readonly prompt: string;
  readonly nPredict: number;
  readonly temperature: number;
  /** Most tokens of a draft. */
  readonly nDraft?: number;
}

/** Answer: its tokens, its speed, and the counters of the drafts. */
export interface Answer {
  readonly tokens: readonly number[];
  readonly perSecond: number;
  readonly nDrafted: number;
  readonly nAccepted: number;
}

/** Asks for a completion of exactly `nPredict` tokens. Throws `internal` if the server refuses. */
export async function complete(
  { fetch }: Composition,
  { prompt, nPredict, temperature, nDraft = 0 }: Question,
): Promise<Answer> {
  const body = JSON.stringify({
    prompt,
    n_predict: nPredict,
    temperature,
    seed: 1,
    ignore_eos: true,
    return_tokens: true,
    'speculative.n_max': nDraft,
  });
  const response = await fetch(new Request(`${EXCHANGE_ORIGIN}/completion`, { method: 'POST', body }));
  const { error, tokens, timings } = await response.json();
  if (error) throw new ForetokenError('internal', `the server answered ${response.status}: ${error.message}`);
  return {
    tokens,
    perSecond: timings.predicted_per_second,
    nDrafted: timings.draft_n ?? 0,
    nAccepted: timings.draft_n_accepted ?? 0,
  };
}
