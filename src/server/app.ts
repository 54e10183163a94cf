import type { AheadPolicy } from '../engine/aheadPolicy.ts';
import { Decoder } from '../engine/decoder.ts';
import type { DraftSource } from '../engine/draftSource.ts';
import { createSampler } from '../engine/sampler/createSampler.ts';
import { SyntheticAcceptance } from '../engine/syntheticAcceptance.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { DraftKind } from '../protocol/completion.ts';
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

/** Parts of a server. `now` and `randomSeed` replace clock and random numbers in tests. */
export interface AppDeps {
  readonly tokenizer: Tokenizer;
  readonly target: ForwardPass;
  readonly drafts: DraftSource | null;
  /** How far the GPU works ahead of the CPU; one greedy step by default. */
  readonly ahead?: AheadPolicy;
  /** Requested kinds of speculation; `drafts` may lack some of them. */
  readonly specTypes: readonly SpecType[];
  /** Those of them that `drafts` has, in the order in which they are asked. */
  readonly draftKinds: readonly DraftKind[];
  /** Acceptance probability of each draft position, for benchmarks; null to verify drafts with the target. */
  readonly syntheticAcceptance?: readonly number[] | null;
  readonly settings: ResolvedOptions;
  /** Maximum number of tokens of the text around the cursor of an infill request; llama-server's by default. */
  readonly infillBatch?: number;
  readonly report: ServerReport;
  /** Chat template of the model file. */
  readonly chatTemplate?: string | null;
  /** The model file's separate template for conversations with tools. */
  readonly toolUseTemplate?: string | null;
  /** Storage for saved slots; without it slots cannot be saved. */
  readonly slotFiles?: SlotFiles | null;
  /** Receives the server's log, a line at a time. */
  readonly log?: (line: string) => void;
  /** Counters to continue, from an earlier server with the same models. */
  readonly metrics?: Metrics;
  /** Present if the models may be unloaded while idle. */
  readonly sleep?: {
    isSleeping(): boolean;
    /** Loads the models again and answers `request`. */
    wake(request: Request): Promise<Response>;
  } | null;
  /** Monotonic clock in milliseconds. */
  readonly now?: () => number;
  /** Returns a random unsigned 32-bit number. */
  readonly randomSeed?: () => number;
}

/** llama-server as a function from request to response. The path of a URL selects the route; the host is ignored. */
export interface App {
  /** Never rejects: every failure becomes a response in the error format of the requested route. */
  fetch(request: Request): Promise<Response>;
  /** Time when the last task ended, by the server's clock; null while a task exists or a request is still arriving. */
  idleSince(): number | null;
  /** Ends all requests with `closed`; resolves when the model is no longer in use. */
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
    // If every slot has cells of its own, no other slot can use them.
    clearIdle: settings.kvUnified,
    checkpoints: { most: settings.ctxCheckpoints, minStep: settings.checkpointMinStep },
    log,
  });
  const scheduler = new Scheduler(
    new Decoder(target, drafts, { nBatch: settings.nBatch, ...(deps.ahead && { ahead: deps.ahead }) }),
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
    speculation: { kinds: deps.draftKinds, drafts: () => metrics.drafts },
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

  // Unanswered requests. The scheduler does not know those whose bodies are still arriving.
  let nOpen = 0;
  return {
    async fetch(request) {
      nOpen++;
      try {
        // The check runs before routing, so that a client without a key does not learn which paths exist.
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

/** Names of the server, sorted; responses use the first one. */
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
