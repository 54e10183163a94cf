import { Hono } from 'hono/tiny';
import type { ResolvedOptions } from '../protocol/options.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { addAbsentFeatureRoutes } from './admin/absentFeatures.ts';
import { type ModelViewDeps, modelsView, modelView, propsView } from './admin/modelViews.ts';
import { handleSlotAction, type SlotActionDeps } from './admin/slotActions.ts';
import { slotView } from './admin/slotsView.ts';
import { handleDetokenize, handleTokenize } from './admin/tokenize.ts';
import { handlePredict } from './admin/vertexPredict.ts';
import type { ChatTemplate } from './chat/template.ts';
import { type CompletionDeps, complete, handleCompletion } from './completion/completion.ts';
import { handleInfill } from './completion/infill.ts';
import { createTextFormat } from './dialects/openai/textFormat.ts';
import { addChatRoutes } from './dialects/routes.ts';
import { addEmbeddingRoutes } from './embeddings/routes.ts';
import { errorResponse } from './http/errorResponse.ts';
import { jsonResponse, readJsonObject } from './http/jsonBody.ts';
import { refuseUnbuilt, UNBUILT_IN_TEXT } from './params/unbuiltFields.ts';
import { type Metrics, restartsMetric } from './scheduling/metrics.ts';
import type { Scheduler } from './scheduling/scheduler.ts';

/** True if a path is answered without the models and does not load them. */
export function isAnsweredAsleep(path: string): boolean {
  return /^\/(props|metrics|(v1\/)?(health|models|models\/.+))$/.test(path);
}

/** Parts of a server that its routes use. */
export interface RouteDeps {
  readonly settings: ResolvedOptions;
  readonly infillBatch: number;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly scheduler: Scheduler;
  readonly metrics: Metrics;
  readonly completion: CompletionDeps;
  readonly model: ModelViewDeps;
  readonly slotActions: SlotActionDeps;
}

/** Creates all routes of llama-server. */
export function createRoutes(deps: RouteDeps): Hono {
  const { settings, infillBatch, tokenizer, completion, model } = deps;
  const routes = new Hono();
  for (const path of ['/health', '/v1/health']) routes.get(path, () => jsonResponse({ status: 'ok' }));
  for (const path of ['/models', '/v1/models']) {
    routes.get(path, () => jsonResponse(modelsView(model, Date.now())));
    // The name is taken from the URL: it may contain slashes, and the router's parameters are already decoded once.
    routes.get(`${path}/*`, c => {
      const id = new URL(c.req.url).pathname.slice(`${path}/`.length);
      return jsonResponse(modelView(model, id, Date.now()));
    });
  }
  routes.get('/props', () => jsonResponse(propsView(model)));
  routes.post('/props', () => {
    requireEndpoint(settings.propsEndpoint, 'changing global properties', '--props');
    // There are no properties to change; llama-server responds the same.
    return jsonResponse({ success: true });
  });
  addMetricsRoute(routes, deps);
  addSlotRoutes(routes, deps);
  for (const path of ['/completion', '/completions']) {
    routes.post(path, c => handleCompletion(c.req.raw, completion));
  }
  routes.post('/v1/completions', async ({ req: { raw } }) => {
    const body = await readJsonObject(raw);
    refuseUnbuilt(body, UNBUILT_IN_TEXT);
    return complete(body, raw.signal, createTextFormat(completion.context.model), completion);
  });
  addChatRoutes(routes, deps, completion);
  addEmbeddingRoutes(routes, settings, { ...completion, nEmbd: model.model.nEmbd });
  routes.post('/infill', c => handleInfill(c.req.raw, settings, infillBatch, completion));
  addAbsentFeatureRoutes(routes);
  routes.post('/tokenize', c => handleTokenize(c.req.raw, tokenizer));
  routes.post('/detokenize', c => handleDetokenize(c.req.raw, tokenizer));
  if (settings.predictRoute !== undefined) {
    const paths = routes.routes.filter(({ method }) => method === 'POST').map(({ path }) => path);
    routes.post(settings.predictRoute, c =>
      handlePredict(c.req.raw, paths, async inner => routes.fetch(inner)),
    );
  }
  routes.notFound(({ req }) => errorResponse(new ForetokenError('not_found', 'File Not Found'), req.raw));
  routes.onError((error, { req }) => errorResponse(error, req.raw));
  return routes;
}

function addMetricsRoute(routes: Hono, { settings, metrics, scheduler }: RouteDeps): void {
  const startedAt = Math.floor(Date.now() / 1000);
  routes.get('/metrics', () => {
    requireEndpoint(settings.metricsEndpoint, 'metrics endpoint', '--metrics');
    const headers = {
      'content-type': 'text/plain; version=0.0.4',
      'process-start-time-unix': String(startedAt),
    };
    return new Response(metrics.scrape(scheduler.load) + restartsMetric(settings.restarts), { headers });
  });
}

function addSlotRoutes(routes: Hono, { settings, scheduler, completion, slotActions }: RouteDeps): void {
  const { nCtx, context } = completion;
  routes.get('/slots', c => {
    requireEndpoint(settings.slotsEndpoint, 'slots endpoint', '--slots');
    const isIdle = scheduler.slots.some(slot => slot.state.kind === 'idle');
    if (c.req.query('fail_on_no_slot') && !isIdle) throw new ForetokenError('no_slot', 'no slot available');
    return jsonResponse(scheduler.slots.map(slot => slotView(slot, nCtx, context)));
  });
  routes.post('/slots/:id', c =>
    handleSlotAction(c.req.raw, c.req.param('id'), c.req.query('action'), slotActions),
  );
}

/** Throws `not_supported`, in llama-server's words, if the endpoint is off. */
function requireEndpoint(isOn: boolean, what: string, flag: string): void {
  if (isOn) return;
  throw new ForetokenError(
    'not_supported',
    `This server does not support ${what}. Start it with \`${flag}\``,
  );
}
