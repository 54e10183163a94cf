import type { Hono } from 'hono';
import { ForetokenError } from '../../util/errors.ts';
import { jsonResponse, readJson } from '../http/jsonBody.ts';

/** Adds the routes of features that do not exist here. They answer like a llama-server that was started without the feature. */
export function addAbsentFeatureRoutes(routes: Hono): void {
  for (const path of ['/rerank', '/reranking', '/v1/rerank', '/v1/reranking']) {
    routes.post(path, () => {
      throw new ForetokenError(
        'not_supported',
        'This server does not support reranking. Start it with `--reranking`',
      );
    });
  }
  routes.post('/v1/audio/transcriptions', () => {
    throw new ForetokenError('not_supported', 'The current model does not support audio input.');
  });
  for (const path of ['/tools', '/cors-proxy']) {
    routes.on(['GET', 'POST'], path, () => disabled());
  }
  routes.get('/lora-adapters', () => jsonResponse([]));
  routes.post('/lora-adapters', async ({ req: { raw } }) => {
    if (!Array.isArray(await readJson(raw))) {
      throw new ForetokenError('invalid_request', 'Request body must be an array');
    }
    // No adapter is loaded, so the scales are ignored.
    return jsonResponse({ success: true });
  });
}

/** The only error of llama-server whose body has no `code`. */
function disabled(): Response {
  const error = { message: 'this feature is disabled', type: 'feature_disabled' };
  return jsonResponse({ error }, 403);
}
