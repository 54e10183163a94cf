import { createServer, type Foretoken, ForetokenError, type ServerOptions } from '../../client/index.ts';
import type { CompletionResponse } from '../../protocol/completion.ts';
import { compareEmbedding, compareGreedy, compareIds, type Finding } from './compare.ts';
import type { Golden, GreedyGolden } from './golden.ts';

/** Model with its golden results. */
export interface ZooModel {
  readonly golden: Golden;
  readonly file: File;
  /** The same model in parts, if the zoo has them. */
  readonly parts: readonly File[];
  /** Draft model made for this one. */
  readonly draft: File | null;
}

export interface ZooVerdict {
  readonly outcome: 'holds' | 'fails' | 'refused';
  /** Differences, one per line; or the reason why the model is refused. */
  readonly faults: readonly string[];
  readonly nChecks: number;
  /** Largest error of a log-probability, or of an embedding relative to its size. */
  readonly error: number;
}

/** Longest draft. Surplus tokens of the last draft are cut off, not rejected. */
const DRAFT_MAX = 5;
/** Smallest share of accepted tokens. The draft of the zoo's pair agrees with its target at three of four positions. */
const LEAST_ACCEPTED = 0.3;

/**
 * Compares a model with llama.cpp: tokens, greedy answers with their log-probabilities, embeddings. Drafts must not change an
 * answer, a model must accept all of its own drafts, and a model loaded from parts must give the same answers as the whole.
 */
export async function judgeZoo(model: ZooModel): Promise<ZooVerdict> {
  const sheet = new Sheet();
  try {
    if (model.golden.rerank) return sheet.refused('reranking is not offered');
    if (model.golden.greedy) await judgeGreedy(sheet, model, model.golden.greedy);
    await judgeEmbeddings(sheet, model);
  } catch (error) {
    const { code, message } = ForetokenError.from(error);
    if (code === 'unsupported_model') return sheet.refused(message);
    sheet.note('runs', { fault: `${code}: ${message}`, error: 0 });
  }
  return sheet.verdict();
}

async function judgeGreedy(sheet: Sheet, model: ZooModel, greedy: readonly GreedyGolden[]): Promise<void> {
  const options = optionsFor(model);
  const plain = await withServer(options, async server => {
    await judgeTokens(sheet, model.golden, server);
    for (const [i, golden] of greedy.entries())
      sheet.note(`greedy ${i}`, compareGreedy(golden, await answer(server, golden, { n_probs: 5 })));
    return answerAll(server, greedy);
  });
  const judge = async (
    name: string,
    more: Partial<ServerOptions>,
    leastAccepted: (drafted: number) => number,
  ) => {
    const answers = await withServer({ ...options, ...more }, server => answerAll(server, greedy));
    for (const [i, { tokens, timings }] of answers.entries()) {
      sheet.note(`${name} ${i}`, compareIds(plain[i].tokens, tokens));
      const { draft_n: drafted = 0, draft_n_accepted: accepted = 0 } = timings;
      if (more.modelDraft === undefined || (drafted > 0 && accepted >= leastAccepted(drafted))) continue;
      sheet.note(`${name} ${i}`, { fault: `${accepted} of ${drafted} drafted tokens accepted`, error: 0 });
    }
  };
  const speculative = { draftMin: 1, draftMax: DRAFT_MAX, draftAdaptive: false };
  await judge('own draft', { modelDraft: model.file, ...speculative }, drafted => drafted - DRAFT_MAX);
  if (model.draft)
    await judge('draft', { modelDraft: model.draft, ...speculative }, drafted => LEAST_ACCEPTED * drafted);
  if (model.parts.length > 0) await judge('parts', { model: model.parts.toReversed() }, () => 0);
}

async function judgeEmbeddings(sheet: Sheet, model: ZooModel): Promise<void> {
  for (const { pooling, results } of model.golden.embeddings ?? []) {
    const options = { ...optionsFor(model), embeddings: true, pooling, embdNormalize: -1 };
    await withServer(options, async server => {
      if (sheet.isEmpty) await judgeTokens(sheet, model.golden, server);
      for (const [i, { text, raw }] of results.entries()) {
        const [{ embedding }] = await post(server, '/embedding', { content: text });
        sheet.note(`embedding ${pooling} ${i}`, compareEmbedding(raw.flat(), embedding.flat()));
      }
    });
  }
}

async function judgeTokens(sheet: Sheet, { tokenize = [] }: Golden, server: Foretoken): Promise<void> {
  for (const [i, { text, ids, ids_special }] of tokenize.entries()) {
    for (const [add_special, expected] of [
      [false, ids],
      [true, ids_special],
    ] as const) {
      const { tokens } = await post(server, '/tokenize', { content: text, add_special });
      sheet.note(
        `tokens of text ${i}${add_special ? ' with special ones' : ''}`,
        compareIds(expected, tokens),
      );
    }
  }
}

function optionsFor({ golden, file }: ZooModel): ServerOptions {
  return { model: file, nCtx: golden.n_ctx, cacheType: 'f32' };
}

async function withServer<T>(options: ServerOptions, use: (server: Foretoken) => Promise<T>): Promise<T> {
  const server = await createServer(options);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

async function answerAll(server: Foretoken, greedy: readonly GreedyGolden[]): Promise<CompletionResponse[]> {
  const answers: CompletionResponse[] = [];
  for (const golden of greedy) answers.push(await answer(server, golden, {}));
  return answers;
}

function answer(
  server: Foretoken,
  { prompt, tokens }: GreedyGolden,
  more: { readonly n_probs?: number },
): Promise<CompletionResponse> {
  return server.completion({
    prompt,
    n_predict: tokens.length,
    temperature: 0,
    return_tokens: true,
    cache_prompt: false,
    ...more,
  });
}

async function post(server: Foretoken, path: string, body: object) {
  const response = await server.fetch(path, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Collects the findings about one model. */
class Sheet {
  readonly #faults: string[] = [];
  #nChecks = 0;
  #error = 0;

  get isEmpty(): boolean {
    return this.#nChecks === 0;
  }

  note(what: string, { fault, error }: Finding): void {
    this.#nChecks++;
    this.#error = Math.max(this.#error, error);
    if (fault !== null) this.#faults.push(`${what}: ${fault}`);
  }

  verdict(): ZooVerdict {
    const outcome = this.#faults.length === 0 && this.#nChecks > 0 ? 'holds' : 'fails';
    return { outcome, faults: this.#faults, nChecks: this.#nChecks, error: this.#error };
  }

  refused(reason: string): ZooVerdict {
    return { outcome: 'refused', faults: [reason], nChecks: this.#nChecks, error: this.#error };
  }
}
