import { Decoder } from '../engine/decoder.ts';
import type { DraftSource } from '../engine/draftSource.ts';
import { createSampler } from '../engine/sampler/createSampler.ts';
import { SyntheticAcceptance } from '../engine/syntheticAcceptance.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { ResolvedOptions, SpecType } from '../protocol/options.ts';
import type { ServerReport } from '../protocol/serverReport.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import type { ModelViewDeps } from './admin/modelViews.ts';
import type { SlotFiles } from './admin/slotActions.ts';
import { createChatTemplate } from './chat/template.ts';
import type { CompletionDeps } from './completion/completion.ts';
import { INFILL_BATCH } from './completion/infill.ts';
import type { ResponseContext } from './completion/response.ts';
import { RunningCompletions } from './completion/runningCompletions.ts';
import { createApiKeyCheck } from './http/apiKeys.ts';
import { errorResponse } from './http/errorResponse.ts';
import { readFields, withFallbacks } from './http/fields.ts';
import { completionFields } from './params/completionFields.ts';
import { grammarConstraint } from './params/grammarConstraint.ts';
import { constraintOf } from './params/grammarFields.ts';
import { samplerContext } from './params/samplerContext.ts';
import { concreteSeed, samplerParamsOf } from './params/samplerParams.ts';
import { limitThinking } from './params/thinkingLimit.ts';
import { createRoutes, isAnsweredAsleep } from './routes.ts';
import { SlotCaches } from './scheduling/cache/slotCaches.ts';
import { Metrics } from './scheduling/metrics.ts';
import { Scheduler } from './scheduling/scheduler.ts';

/** What a server is made of. The two last stand in for the clock and for chance in tests. */
export interface AppDeps {
  readonly tokenizer: Tokenizer;
  readonly target: ForwardPass;
  readonly drafts: DraftSource | null;
  /** Kinds of speculation that were asked for, whether or not `drafts` has them all. */
  readonly specTypes: readonly SpecType[];
  /** Probabilities at which draft tokens are accepted, for benchmarks; null to accept what the target samples. */
  readonly syntheticAcceptance?: readonly number[] | null;
  readonly settings: ResolvedOptions;
  /** Tokens that the text around the cursor of an infill request may have; llama-server's if absent. */
  readonly infillBatch?: number;
  readonly report: ServerReport;
  /** The model's own chat template, if it has one. */
  readonly chatTemplate?: string | null;
  /** The model's own for conversations with tools, if that is another one. */
  readonly toolUseTemplate?: string | null;
  /** Where slots are saved; nowhere without it. */
  readonly slotFiles?: SlotFiles | null;
  /** Told what the server does, a line at a time. */
  readonly log?: (line: string) => void;
  /** What was counted before, by a server of the same models. */
  readonly metrics?: Metrics;
  /** Where the models may be gone for a while. */
  readonly sleep?: {
    isSleeping(): boolean;
    /** Answers when they are there again. */
    wake(request: Request): Promise<Response>;
  } | null;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** An unsigned 32-bit number. */
  readonly randomSeed?: () => number;
}

/** llama-server as a function from request to response; paths count, hosts do not. */
export interface App {
  /** Never rejects: every failure becomes a response in the error shape of the requested route. */
  fetch(request: Request): Promise<Response>;
  /** When the last task ended, by the server's clock; null while there is one, or a request that may bring one. */
  idleSince(): number | null;
  /** Ends all requests with `closed`; resolves when the model is not in use any more. */
  close(): Promise<void>;
}

/** Builds the server around a loaded model. */
export function createApp(deps: AppDeps): App {
  const { tokenizer, target, drafts, settings, report, sleep = null, metrics = new Metrics() } = deps;
  const { nCtx, nSlots } = target;
  const random = deps.randomSeed ?? randomSeed;
  const { syntheticAcceptance = null } = deps;
  const { now = () => performance.now(), log = () => {} } = deps;
  const { slotPromptSimilarity } = settings;
  const caches = new SlotCaches(target, {
    minSimilarity: slotPromptSimilarity,
    limitBytes: unlimitedIfNegative(settings.cacheRam * 2 ** 20),
    saveIdle: settings.cacheIdleSlots,
    // Where every slot has cells of its own, nobody else could use them.
    clearIdle: settings.kvUnified,
    log,
  });
  const scheduler = new Scheduler(
    new Decoder(target, drafts, { nBatch: settings.nBatch }),
    nSlots,
    {
      tokenizer,
      nCtx,
      ctxShift: settings.ctxShift && target.canShift,
      contBatching: settings.contBatching,
      createAcceptance: ({ seed }) =>
        syntheticAcceptance &&
        new SyntheticAcceptance(syntheticAcceptance, tokenizer.eogTokens, concreteSeed(seed, random)),
      slotPromptSimilarity,
      log,
    },
    caches,
    now,
    metrics,
  );
  const fields = withFallbacks(completionFields(settings, tokenizer, nSlots), settings.requestDefaults ?? {});
  const names = namesOf(settings.alias, report.model.name);
  const context: ResponseContext = {
    tokenizer,
    model: names[0],
    eogTokens: tokenizer.eogTokens,
    isSpeculative: drafts !== null,
    specTypes: ['none', ...deps.specTypes].join(),
  };
  const template = createChatTemplate({
    option: settings.chatTemplate,
    model: deps.chatTemplate ?? null,
    toolUse: deps.toolUseTemplate ?? null,
    jinja: settings.jinja,
  });
  const sampling = samplerContext(tokenizer, random);
  const constrain = grammarConstraint(tokenizer);
  let nTasks = 0;
  const completion: CompletionDeps = {
    scheduler,
    fields,
    context,
    nCtx,
    nPredict: unlimitedIfNegative(settings.nPredict),
    createSampler(params) {
      const chain = createSampler(samplerParamsOf(params, sampling), tokenizer.nVocab);
      const constrained = constrain(chain, constraintOf(params), params.chat?.preserved ?? []);
      return limitThinking(constrained, params.chat?.thinking ?? null, tokenizer);
    },
    running: new RunningCompletions(),
    nextTaskId: () => nTasks++,
  };
  const model: ModelViewDeps = {
    context,
    model: report.model,
    selfTest: report.selfTest,
    autotune: report.autotune,
    nCtx,
    nSlots,
    names,
    defaults: readFields(fields, {}),
    template,
    settings,
    isSleeping: () => sleep?.isSleeping() ?? false,
  };

  const checkApiKey = createApiKeyCheck(settings.apiKeys ?? []);
  const routes = createRoutes({
    settings,
    infillBatch: deps.infillBatch ?? INFILL_BATCH,
    tokenizer,
    template,
    scheduler,
    metrics,
    completion,
    model,
    slotActions: { scheduler, target, files: deps.slotFiles ?? null, now, log },
  });

  // Requests that are not answered yet; some are still arriving, so that the scheduler knows nothing of them.
  let nOpen = 0;
  return {
    async fetch(request) {
      nOpen++;
      try {
        // Before there is a route: who has no key does not learn which paths there are.
        await checkApiKey(request);
        if (sleep?.isSleeping() && !isAnsweredAsleep(new URL(request.url).pathname)) {
          return await sleep.wake(request);
        }
        return await routes.fetch(request);
      } catch (error) {
        return errorResponse(error, request);
      } finally {
        nOpen--;
      }
    },
    idleSince: () => (nOpen === 0 ? scheduler.idleSince : null),
    close: () => scheduler.close(),
  };
}

/** The names of the server in alphabetical order; the first is the one it gives. */
function namesOf(alias: ResolvedOptions['alias'], fallback: string): readonly [string, ...string[]] {
  const given = typeof alias === 'string' ? [alias] : (alias ?? []);
  const [first = fallback, ...rest] = [...new Set(given)].sort();
  return [first, ...rest];
}

function unlimitedIfNegative(n: number): number {
  return n < 0 ? Number.POSITIVE_INFINITY : n;
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
