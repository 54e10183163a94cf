import type { Sampler } from '../../engine/sampler/chain.ts';
import type { CompletionChunk, CompletionResponse } from '../../protocol/completion.ts';
import { errorBody } from '../../protocol/errorBody.ts';
import { assertNever } from '../../util/assert.ts';
import { readFields } from '../http/fields.ts';
import type { JsonObject } from '../http/json.ts';
import { jsonResponse, readJsonObject } from '../http/jsonBody.ts';
import { EVENT_STREAM_HEADERS, EventStream } from '../http/sse.ts';
import type { ChatParams } from '../params/chatParams.ts';
import type { CompletionParams, completionFields } from '../params/completionFields.ts';
import { RANDOM_SEED, unsignedSeed } from '../params/samplerParams.ts';
import { type RunListener, runTasks } from '../scheduling/runTasks.ts';
import type { Scheduler } from '../scheduling/scheduler.ts';
import type { Task } from '../scheduling/task.ts';
import { type CompletionFormat, NATIVE_FORMAT, type StreamEvent } from './completionFormat.ts';
import { checkLength, checkTokens, tokenizePrompts } from './prompt.ts';
import { finalResponse, progressPartial, type ResponseContext, tokenPartial } from './response.ts';
import type { RunningCompletions } from './runningCompletions.ts';

export interface CompletionDeps {
  readonly scheduler: Scheduler;
  readonly fields: ReturnType<typeof completionFields>;
  readonly context: ResponseContext;
  readonly nCtx: number;
  /** Number of tokens for `n_predict` -1; Infinity if unlimited. */
  readonly nPredict: number;
  /** Creates a sampler chain for a request. Throws `invalid_request` for unusable parameters. */
  createSampler(params: CompletionParams): Sampler;
  readonly running: RunningCompletions;
  /** Returns the number of the server's next task. */
  nextTaskId(): number;
}

/**
 * `POST /completion`: responds with an object, an array of objects, or a stream of events. Throws the error of a faulty request.
 */
export async function handleCompletion(request: Request, deps: CompletionDeps): Promise<Response> {
  return complete(await readJsonObject(request), request.signal, NATIVE_FORMAT, deps);
}

/**
 * Answers the completion request `body`, to which a chat adds `chat`, in `format`; `signal` cancels it. Throws the error of a
 * faulty request.
 */
export async function complete(
  body: JsonObject,
  signal: AbortSignal,
  format: CompletionFormat,
  deps: CompletionDeps,
  chat: ChatParams | null = null,
): Promise<Response> {
  const { tasks, params } = prepare(body, deps, chat);
  return params.stream
    ? streamed(tasks, params, signal, format, deps)
    : collected(tasks, params, signal, format, deps);
}

/** Runs all checks that need no slot: prompts, fields, sampler, length, in this order. */
function prepare(body: JsonObject, deps: CompletionDeps, chat: ChatParams | null) {
  const prompts = tokenizePrompts(body, deps.context.tokenizer, deps.nCtx);
  const params = { ...readFields(deps.fields, body), chat };
  const nPredict = params.nPredict < 0 ? deps.nPredict : params.nPredict;
  const choices = prompts.flatMap(prompt =>
    Array.from({ length: params.nCmpl }, (_, choice) => ({ prompt, choice })),
  );
  const tasks: Task[] = [];
  for (const [index, { prompt, choice }] of choices.entries()) {
    const chosen = choiceParams(params, choice);
    checkTokens(prompt, deps.context.tokenizer.nVocab);
    const sampler = deps.createSampler(chosen);
    checkLength(prompt.length, deps.nCtx);
    const task: Task = { id: deps.nextTaskId(), index, prompt, params: chosen, sampler, nPredict };
    tasks.push(choice === 0 ? task : { ...task, parent: tasks[index - choice] });
  }
  return { tasks, params };
}

/** Parameters of choice number `choice` of a prompt; each choice adds one to a fixed seed. */
function choiceParams(params: CompletionParams, choice: number): CompletionParams {
  const isRandom = unsignedSeed(params.seed) === RANDOM_SEED;
  return isRandom ? params : { ...params, seed: params.seed + choice };
}

async function collected(
  tasks: readonly Task[],
  params: CompletionParams,
  signal: AbortSignal,
  format: CompletionFormat,
  { scheduler, context, running }: CompletionDeps,
): Promise<Response> {
  const release = running.add(format.id, tasks);
  const results = await new Promise<CompletionResponse[]>((resolve, reject) => {
    const finals: CompletionResponse[] = [];
    runTasks(scheduler, tasks, signal, {
      event(event) {
        if (event.kind === 'finished') finals.push(finalResponse(event.generation, context));
      },
      done: () => resolve(finals.sort((a, b) => a.index - b.index)),
      failed: reject,
    });
  }).finally(release);
  return jsonResponse(format.whole(results, params));
}

/** Resolves when the first task has its slot. Earlier failures are ordinary error responses, later ones are events. */
function streamed(
  tasks: readonly Task[],
  params: CompletionParams,
  signal: AbortSignal,
  format: CompletionFormat,
  { scheduler, context, running }: CompletionDeps,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const release = running.add(format.id, tasks);
    let stream: EventStream | null = null;
    const send = (chunk: CompletionChunk) => {
      for (const event of format.events(chunk, params)) stream?.send(event.data, event.name);
    };
    const listener: RunListener = {
      event(event) {
        if (stream === null) {
          stream = new EventStream(params.ssePingInterval, () => cancel());
          resolve(new Response(stream.body, { headers: EVENT_STREAM_HEADERS }));
        }
        switch (event.kind) {
          case 'started':
          case 'progress':
            if (params.returnProgress) send(progressPartial(event.generation));
            return;
          case 'token':
            send(tokenPartial(event.generation, event.sampled, event.text, context.tokenizer));
            return;
          case 'finished':
            send(finalResponse(event.generation, context));
            return;
          default:
            assertNever(event);
        }
      },
      done() {
        release();
        for (const event of format.closing?.(params) ?? []) stream?.send(event.data, event.name);
        if (format.lastLine !== null) stream?.sendText(format.lastLine);
        stream?.close();
      },
      failed(error) {
        release();
        if (stream === null) return reject(error);
        const event: StreamEvent = format.failure?.(error) ?? { data: errorBody(error) };
        stream.send(event.data, event.name);
        stream.close();
      },
    };
    const cancel = runTasks(scheduler, tasks, signal, listener);
  });
}
