import { Hono } from 'hono';
import { Decoder } from '../engine/decoder.ts';
import type { DraftSource } from '../engine/draftSource.ts';
import type { ForwardPass } from '../engine/forwardPass.ts';
import { createSampler } from '../engine/sampler/createSampler.ts';
import { buildDryBreakers } from '../engine/sampler/dryBreakers.ts';
import { SyntheticAcceptance } from '../engine/syntheticAcceptance.ts';
import {
  DEFAULT_CACHE_RAM,
  DEFAULT_N_BATCH,
  type ServerReport,
  type ServerSettings,
  type SpecType,
} from '../protocol/options.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { addAbsentFeatureRoutes } from './absentFeatures.ts';
import { checkApiKey } from './access.ts';
import { SlotCaches } from './cache/slotCaches.ts';
import { addChatRoutes } from './chat/routes.ts';
import { createChatTemplate } from './chat/template.ts';
import { type CompletionDeps, complete, handleCompletion } from './completion.ts';
import { completionFields } from './completionFields.ts';
import { addEmbeddingRoutes } from './embeddings/routes.ts';
import { errorResponse } from './errorResponse.ts';
import { grammarConstraint } from './grammarConstraint.ts';
import { grammarOf } from './grammarFields.ts';
import { handleInfill } from './infill.ts';
import { jsonResponse, readJsonObject } from './jsonBody.ts';
import { Metrics } from './metrics.ts';
import { type ModelViewDeps, modelsView, propsView } from './modelViews.ts';
import { createTextFormat } from './openai/textFormat.ts';
import { handlePredict } from './predict.ts';
import type { ResponseContext } from './response.ts';
import { concreteSeed, type SamplerContext, samplerParamsOf } from './samplerParams.ts';
import { Scheduler } from './scheduler.ts';
import { readFields, withDefaults } from './schema.ts';
import { handleSlotAction, type SlotFiles } from './slotActions.ts';
import { DEFAULT_SLOT_PROMPT_SIMILARITY } from './slots.ts';
import { slotView } from './slotsView.ts';
import { handleDetokenize, handleTokenize } from './tokenize.ts';

/** What a server is made of. The two last stand in for the clock and for chance in tests. */
export interface AppDeps {
  readonly tokenizer: Tokenizer;
  readonly target: ForwardPass;
  readonly drafts: DraftSource | null;
  /** Kinds of speculation that were asked for, whether or not `drafts` has them all. */
  readonly specTypes: readonly SpecType[];
  /** Probabilities at which draft tokens are accepted, for benchmarks; null to accept what the target samples. */
  readonly syntheticAcceptance?: readonly number[] | null;
  readonly settings: ServerSettings;
  readonly report: ServerReport;
  /** The model's own chat template, if it has one. */
  readonly chatTemplate?: string | null;
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
  /** Never rejects: whatever goes wrong is a response in llama-server's error shape. */
  fetch(request: Request): Promise<Response>;
  /** When the last task ended, by the server's clock; null while there is one. */
  idleSince(): number | null;
  /** Ends all requests with `closed`; resolves when the model is not in use any more. */
  close(): Promise<void>;
}

/** What is answered without the models, and does not wake them. */
const ASLEEP_PATHS = ['/health', '/v1/health', '/props', '/models', '/v1/models', '/metrics'];

/** Builds the server around a loaded model. */
export function createApp(deps: AppDeps): App {
  const { tokenizer, target, drafts, settings, report, sleep = null, metrics = new Metrics() } = deps;
  const { nCtx, nSlots } = target;
  const random = deps.randomSeed ?? randomSeed;
  const { syntheticAcceptance = null } = deps;
  const { now = () => performance.now(), log = () => {} } = deps;
  const slotPromptSimilarity = settings.slotPromptSimilarity ?? DEFAULT_SLOT_PROMPT_SIMILARITY;
  const caches = new SlotCaches(target, {
    minSimilarity: slotPromptSimilarity,
    limitBytes: unlimitedIfNegative((settings.cacheRam ?? DEFAULT_CACHE_RAM) * 2 ** 20),
    saveIdle: settings.cacheIdleSlots ?? true,
    // Every slot has cells of its own.
    clearIdle: false,
    log,
  });
  const scheduler = new Scheduler(
    new Decoder(target, drafts, { nBatch: settings.nBatch ?? DEFAULT_N_BATCH }),
    nSlots,
    {
      tokenizer,
      nCtx,
      ctxShift: settings.ctxShift ?? false,
      contBatching: settings.contBatching ?? true,
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
  const fields = withDefaults(completionFields(settings, tokenizer, nSlots), settings.requestDefaults ?? {});
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
    jinja: settings.jinja ?? true,
  });
  const sampling = samplerContext(tokenizer, random);
  const constrain = grammarConstraint(tokenizer);
  let nTasks = 0;
  const completion: CompletionDeps = {
    scheduler,
    fields,
    context,
    nCtx,
    nPredict: unlimitedIfNegative(settings.nPredict ?? -1),
    createSampler: params =>
      constrain(createSampler(samplerParamsOf(params, sampling), tokenizer.nVocab), grammarOf(params)),
    nextTaskId: () => nTasks++,
  };
  const model: ModelViewDeps = {
    context,
    model: report.model,
    nCtx,
    nSlots,
    names,
    defaults: readFields(fields, {}),
    template,
    settings,
    isSleeping: () => sleep?.isSleeping() ?? false,
  };

  const routes = new Hono();
  const startedAt = Date.now();
  for (const path of ['/health', '/v1/health']) routes.get(path, () => jsonResponse({ status: 'ok' }));
  for (const path of ['/models', '/v1/models']) {
    routes.get(path, () => jsonResponse(modelsView(model, Date.now())));
  }
  routes.get('/props', () => jsonResponse(propsView(model)));
  routes.post('/props', () => {
    requireEndpoint(settings.propsEndpoint, 'changing global properties', '--props');
    // There are none to change; llama-server says the same.
    return jsonResponse({ success: true });
  });
  routes.get('/metrics', () => {
    requireEndpoint(settings.metricsEndpoint, 'metrics endpoint', '--metrics');
    return metricsResponse(metrics.scrape(scheduler.load));
  });
  routes.get('/slots', c => listSlots(c.req.query('fail_on_no_slot')));
  const slotActions = { scheduler, target, files: deps.slotFiles ?? null, now, log };
  routes.post('/slots/:id', c =>
    handleSlotAction(c.req.raw, c.req.param('id'), c.req.query('action'), slotActions),
  );
  for (const path of ['/completion', '/completions']) {
    routes.post(path, c => handleCompletion(c.req.raw, completion));
  }
  routes.post('/v1/completions', async c =>
    complete(await readJsonObject(c.req.raw), c.req.raw.signal, createTextFormat(context.model), completion),
  );
  addChatRoutes(routes, { template, tokenizer }, completion);
  addEmbeddingRoutes(routes, settings, completion);
  routes.post('/infill', c => handleInfill(c.req.raw, settings, completion));
  addAbsentFeatureRoutes(routes);
  routes.post('/tokenize', c => handleTokenize(c.req.raw, tokenizer));
  routes.post('/detokenize', c => handleDetokenize(c.req.raw, tokenizer));
  if (settings.predictRoute !== undefined) {
    const paths = routes.routes.filter(({ method }) => method === 'POST').map(({ path }) => path);
    routes.post(settings.predictRoute, c =>
      handlePredict(c.req.raw, paths, async inner => routes.fetch(inner)),
    );
  }
  routes.notFound(() => errorResponse(new ForetokenError('not_found', 'File Not Found')));
  routes.onError(error => errorResponse(ForetokenError.from(error)));

  function metricsResponse(text: string): Response {
    const headers = {
      'content-type': 'text/plain; version=0.0.4',
      'process-start-time-unix': String(Math.floor(startedAt / 1000)),
    };
    return new Response(text, { headers });
  }

  function listSlots(failOnNoSlot: string | undefined): Response {
    requireEndpoint(settings.slotsEndpoint ?? true, 'slots endpoint', '--slots');
    const isIdle = scheduler.slots.some(slot => slot.state.kind === 'idle');
    if (failOnNoSlot && !isIdle) throw new ForetokenError('no_slot', 'no slot available');
    return jsonResponse(scheduler.slots.map(slot => slotView(slot, nCtx, context)));
  }

  return {
    async fetch(request) {
      try {
        // Before there is a route: who has no key does not learn which paths there are.
        await checkApiKey(request, settings.apiKeys ?? []);
        if (sleep?.isSleeping() && !ASLEEP_PATHS.includes(new URL(request.url).pathname)) {
          return await sleep.wake(request);
        }
        return await routes.fetch(request);
      } catch (error) {
        return errorResponse(ForetokenError.from(error));
      }
    },
    idleSince: () => scheduler.idleSince,
    close: () => scheduler.close(),
  };
}

/** The names of the server in alphabetical order; the first is the one it gives. */
function namesOf(alias: ServerSettings['alias'], fallback: string): readonly [string, ...string[]] {
  const given = typeof alias === 'string' ? [alias] : (alias ?? []);
  const [first = fallback, ...rest] = [...new Set(given)].sort();
  return [first, ...rest];
}

/** Throws `not_supported`, in llama-server's words, unless the endpoint is on. */
function requireEndpoint(isOn: boolean | undefined, what: string, flag: string): void {
  if (isOn) return;
  throw new ForetokenError(
    'not_supported',
    `This server does not support ${what}. Start it with \`${flag}\``,
  );
}

function unlimitedIfNegative(n: number): number {
  return n < 0 ? Number.POSITIVE_INFINITY : n;
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

function samplerContext(tokenizer: Tokenizer, random: () => number): SamplerContext {
  // Going through the vocabulary takes as long as many tokens: once for the defaults, once for all prompts of a request.
  const known = new WeakMap<readonly string[], ReturnType<typeof buildDryBreakers>>();
  return {
    eogTokens: tokenizer.eogTokens,
    randomSeed: random,
    dryBreakers(breakers) {
      const found =
        known.get(breakers) ??
        buildDryBreakers(breakers, pieces(tokenizer), bytes => encodeBytes(bytes, tokenizer));
      known.set(breakers, found);
      return found;
    },
  };
}

function* pieces(tokenizer: Tokenizer): Iterable<Uint8Array> {
  for (let token = 0; token < tokenizer.nVocab; token++) yield tokenizer.piece(token, true);
}

function encodeBytes(bytes: Uint8Array, tokenizer: Tokenizer): readonly number[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return tokenizer.encode(text, { addSpecial: false, parseSpecial: false });
}
