import type { CompletionRequest } from '../protocol/completion.ts';
import { EXCHANGE_ORIGIN } from '../protocol/exchange.ts';
import type { WireFile } from '../protocol/worker.ts';
import { assert } from '../util/assert.ts';
import { compose } from '../worker/compose.ts';
import { exactnessPrompts } from './exactnessPrompts.ts';
import { LogitsWatch } from './logitsWatch.ts';

/** Server settings that must not affect an answer. */
export interface ExactnessSetting {
  /** Whether a draft model speculates. */
  readonly draft: boolean;
  /** Number of slots, all of them kept busy. */
  readonly nSlots: number;
  /** Number of prompt tokens decoded at a time. */
  readonly nBatch: number;
  /** Whether all logits are read and hashed. Otherwise results stay on the GPU if possible. */
  readonly watched: boolean;
}

export interface ExactnessOptions {
  readonly model: WireFile;
  readonly modelDraft: WireFile;
  readonly setting: ExactnessSetting;
  readonly nPredict: number;
  /** Prompts to use instead of the default ones. */
  readonly texts?: readonly string[];
  readonly questions: readonly ExactnessQuestion[];
}

export interface ExactnessQuestion {
  /** Index of the prompt. */
  readonly prompt: number;
  readonly temperature: number;
}

export interface ExactnessAnswer extends ExactnessQuestion {
  readonly nPrompt: number;
  readonly tokens: readonly number[];
  /** Hash of the logits that each token was chosen from; null if they were not watched. */
  readonly logits: number | null;
  readonly nDrafted: number;
  readonly nAccepted: number;
}

/** Answers questions on a separate server, as many at a time as it has slots. */
export async function runExactness(options: ExactnessOptions): Promise<ExactnessAnswer[]> {
  const { model, modelDraft, setting, nPredict, questions, texts } = options;
  const { draft, nSlots, nBatch, watched } = setting;
  const located = (file: WireFile) => (typeof file === 'string' ? new URL(file, location.href).href : file);
  const watch = watched ? new LogitsWatch() : null;
  const server = await compose(
    {
      model: located(model),
      ...(draft && { modelDraft: located(modelDraft), draftMax: 8 }),
      nCtx: 512 * nSlots,
      nSlots,
      nBatch,
      cachePrompt: false,
      selfTest: false,
    },
    () => {},
    () => {},
  );
  try {
    const nPrompts = 1 + Math.max(...questions.map(({ prompt }) => prompt));
    const prompts = texts ?? exactnessPrompts(nPrompts, server.report.model.nVocab);
    const queue = [...questions];
    const answers: ExactnessAnswer[] = [];
    const serve = async (slot: number) => {
      for (let question = queue.shift(); question !== undefined; question = queue.shift()) {
        const { prompt: index, temperature } = question;
        const request = {
          prompt: prompts[index],
          temperature,
          n_predict: nPredict,
          seed: 1 + index,
          id_slot: slot,
          return_tokens: true,
          // Request all logits of every sampled row.
          ...(watch && { n_probs: 1 }),
        };
        answers.push({ ...question, ...(await answer(server.fetch, request, watch)) });
      }
    };
    await Promise.all(Array.from({ length: nSlots }, (_, slot) => serve(slot)));
    return answers;
  } finally {
    await server.close();
    watch?.stop();
  }
}

async function answer(
  fetch: (request: Request) => Promise<Response>,
  request: CompletionRequest & { readonly id_slot: number },
  watch: LogitsWatch | null,
): Promise<Omit<ExactnessAnswer, keyof ExactnessQuestion>> {
  const body = JSON.stringify(request);
  const response = await fetch(new Request(`${EXCHANGE_ORIGIN}/completion`, { method: 'POST', body }));
  const reply = await response.json();
  assert(response.status === 200, () => `${body}: ${JSON.stringify(reply)}`);
  const { tokens, tokens_evaluated: nPrompt, tokens_predicted: nPredicted, timings } = reply;
  const first = nPrompt - 1;
  const logits = watch ? watch.take(request.id_slot, first, first + nPredicted) : null;
  assert(watch === null || logits !== null, () => `logits that nobody saw: ${body}`);
  const nDrafted = timings.draft_n ?? 0;
  return { nPrompt, tokens, logits, nDrafted, nAccepted: timings.draft_n_accepted ?? 0 };
}
