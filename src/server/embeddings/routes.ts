import type { Hono } from 'hono';
import { Pool, type Pooling } from '../../engine/pooling.ts';
import type { ResolvedOptions } from '../../protocol/options.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { CompletionDeps } from '../completion/completion.ts';
import { readFields } from '../http/fields.ts';
import { jsonResponse, readJsonObject } from '../http/jsonBody.ts';
import { runTasks } from '../scheduling/runTasks.ts';
import type { Task } from '../scheduling/task.ts';
import { type Embedding, nativeBody, openAiBody } from './format.ts';
import { normalized } from './normalize.ts';
import { checkInputLength, readEmbeddingRequest } from './request.ts';

/** Prompt to embed, with the pool that receives its hidden states. */
interface EmbeddingTask extends Task {
  readonly pool: Pool;
}

/** Adds llama-server's own routes for embeddings, and OpenAI's. Without the option `embeddings` they answer 501. */
export function addEmbeddingRoutes(routes: Hono, settings: ResolvedOptions, deps: EmbeddingDeps): void {
  for (const path of ['/embedding', '/embeddings']) {
    routes.post(path, ({ req: { raw } }) => handleEmbeddings(raw, false, settings, deps));
  }
  routes.post('/v1/embeddings', ({ req: { raw } }) => handleEmbeddings(raw, true, settings, deps));
}

interface EmbeddingDeps extends CompletionDeps {
  /** Length of a vector. */
  readonly nEmbd: number;
}

async function handleEmbeddings(
  request: Request,
  isOpenAiRoute: boolean,
  settings: ResolvedOptions,
  deps: EmbeddingDeps,
): Promise<Response> {
  const { pooling, embdNormalize, nUbatch = Infinity } = settings;
  if (!settings.embeddings) {
    throw new ForetokenError(
      'not_supported',
      'This server does not support embeddings. Start it with `--embeddings`',
    );
  }
  if (isOpenAiRoute && pooling === 'none') {
    throw new ForetokenError(
      'invalid_request',
      "Pooling type 'none' is not OAI compatible. Please use a different pooling type",
    );
  }
  const { tokenizer, model } = deps.context;
  const asked = readEmbeddingRequest(await readJsonObject(request), {
    tokenizer,
    embdNormalize,
    model,
    nEmbd: deps.nEmbd,
  });
  for (const { length } of asked.prompts) checkInputLength(length, pooling, nUbatch, deps.nCtx);

  const embedded = await embed(asked.prompts, pooling, request.signal, deps);
  const embeddings = embedded.map(
    ({ prompt, pool }): Embedding => ({
      nTokens: prompt.length,
      // Vectors of single tokens are not normalised.
      vectors: pool.vectors
        .map(vector => vector.subarray(0, asked.dimensions ?? vector.length))
        .map(vector => (pooling === 'none' ? vector : normalized(vector, asked.embdNormalize))),
    }),
  );
  return jsonResponse(
    isOpenAiRoute && asked.openAi
      ? openAiBody(embeddings, asked.model, asked.base64)
      : nativeBody(embeddings),
  );
}

/** Decodes the prompts in slots, like completions, and resolves when all states are pooled. */
async function embed(
  prompts: readonly (readonly number[])[],
  pooling: Pooling,
  signal: AbortSignal,
  deps: CompletionDeps,
): Promise<readonly EmbeddingTask[]> {
  const params = readFields(deps.fields, {
    n_predict: 0,
    'speculative.n_max': 0,
    // Cached tokens have no hidden states any more, so only pooling `last` can use the cache: the last token is always decoded.
    ...(pooling !== 'last' && { cache_prompt: false }),
  });
  const tasks = prompts.map(
    (prompt, index): EmbeddingTask => ({
      id: deps.nextTaskId(),
      index,
      prompt,
      params,
      sampler: deps.createSampler(params),
      nPredict: 0,
      pool: new Pool(pooling, prompt.length),
    }),
  );
  await new Promise<void>((resolve, reject) => {
    runTasks(deps.scheduler, tasks, signal, { event() {}, done: resolve, failed: reject });
  });
  return tasks;
}
