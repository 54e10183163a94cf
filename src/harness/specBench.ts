import { createServer, type Foretoken } from '../client/index.ts';
import type { ServerOptions, SpecType } from '../protocol/options.ts';
import { type AnswerDrafts, PLAIN, type SpecAnswer } from '../report/specBench/answer.ts';
import { assert } from '../util/assert.ts';
import { MODEL_DRAFT_KINDS } from '../util/draftKinds.ts';
import { ForetokenError } from '../util/errors.ts';

/** Text that no prompt contains, so that warming up teaches a look-up nothing. */
const WARM_UP = { prompt: '0 1 2 3', n_predict: 8, temperature: 0 };

/** Questions to a server of one kind, which is started for them. */
export interface SpecBenchOptions {
  readonly model: string | File;
  readonly modelDraft: string | File | null;
  /** Kinds of speculation joined by `+`, or `none`. */
  readonly kind: string;
  readonly run: number;
  /** Prompts by category. */
  readonly prompts: Readonly<Record<string, readonly string[]>>;
  readonly temperatures: readonly number[];
  readonly nPredict: number;
  /** Further options of the server. */
  readonly options?: ServerOptionsGiven;
}

type ServerOptionsGiven = Partial<Omit<ServerOptions, 'model' | 'modelDraft' | 'specType'>>;

/** Answers of a server, or the reason why the models do not offer this kind of speculation. */
export type SpecBenchPass =
  | { readonly offered: true; readonly answers: readonly SpecAnswer[]; readonly adapter: string }
  | { readonly offered: false; readonly reason: string };

/**
 * Answers all prompts at all temperatures, one after another, with speculation of one kind. The server is a new one, so that nothing
 * that a look-up has learned before helps it.
 */
export async function answerSpecBench(asked: SpecBenchOptions): Promise<SpecBenchPass> {
  const { kind, run, prompts, temperatures, nPredict } = asked;
  const started = await start(asked);
  if (typeof started === 'string') return { offered: false, reason: started };
  const { vendor, architecture, description } = started.report.adapter;
  try {
    await started.completion(WARM_UP);
    const answers: SpecAnswer[] = [];
    for (const temperature of temperatures) {
      for (const [category, texts] of Object.entries(prompts)) {
        for (const [prompt, text] of texts.entries()) {
          const { tokens, timings } = await started.completion({
            prompt: text,
            temperature,
            n_predict: nPredict,
            seed: 1 + prompt,
            return_tokens: true,
          });
          const { draft_n = 0, draft_n_per_step = 0, predicted_ms: ms } = timings;
          const nRounds = draft_n === 0 ? tokens.length - 1 : Math.round(draft_n / draft_n_per_step);
          const drafts: readonly AnswerDrafts[] = timings.drafts ?? [];
          answers.push({ kind, run, temperature, category, prompt, tokens, ms, nRounds, drafts });
        }
      }
    }
    return { offered: true, answers, adapter: [vendor, architecture, description].filter(Boolean).join(' ') };
  } finally {
    await started.close();
  }
}

/** Starts the server, or tells why there is none of this kind. An MTP head may be in the draft's file or in the model's own. */
async function start(asked: SpecBenchOptions): Promise<Foretoken | string> {
  const kinds = asked.kind === PLAIN ? [] : asked.kind.split('+');
  const { modelDraft } = asked;
  const withDraft =
    kinds.some(isOfModel) && modelDraft !== null ? await startWith(asked, kinds, modelDraft) : null;
  if (withDraft !== null && (typeof withDraft !== 'string' || !kinds.includes('draft-mtp'))) return withDraft;
  const alone = await startWith(asked, kinds, null);
  return typeof alone === 'string' && withDraft !== null ? withDraft : alone;
}

async function startWith(
  { kind, model, options }: SpecBenchOptions,
  kinds: readonly string[],
  modelDraft: string | File | null,
): Promise<Foretoken | string> {
  try {
    const server = await createServer({
      cachePrompt: false,
      selfTest: false,
      ...options,
      model: located(model),
      ...(modelDraft !== null && { modelDraft: located(modelDraft) }),
      // The server checks the names.
      specType: (kinds.length === 0 ? [PLAIN] : kinds) as SpecType[],
    });
    const { speculative } = await (await server.fetch('/props')).json();
    const missing = kinds.filter(each => !speculative.types.includes(each));
    if (missing.length === 0) return server;
    await server.close();
    return server.report.warnings.join('; ') || `there is nothing for ${missing.join(' and ')} to draft with`;
  } catch (error) {
    const failure = ForetokenError.from(error);
    assert(kind !== PLAIN, () => `no server without speculation: ${failure.message}`);
    return failure.message;
  }
}

/** Whether a kind drafts with a model, which may be in the draft's file. */
function isOfModel(kind: string): boolean {
  return MODEL_DRAFT_KINDS.some(each => each === kind);
}

function located<T>(file: string | T): string | T {
  return typeof file === 'string' ? new URL(file, location.href).href : file;
}
