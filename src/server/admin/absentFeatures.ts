import type { Hono } from 'hono';
import { ForetokenError } from '../../util/errors.ts';
import { jsonResponse, readJson } from '../http/jsonBody.ts';

/** Adds the routes of what is not there, which answer as a llama-server does that was started without it. */
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
    // Scales of adapters that are not loaded are nobody's.
    return jsonResponse({ success: true });
  });
}

/** The one error of llama-server without a `code` in its body. */
function disabled(): Response {
  const error = { message: 'this feature is disabled', type: 'feature_disabled' };
  return jsonResponse({ error }, 403);
}
