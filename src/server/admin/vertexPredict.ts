import { errorBody } from '../../protocol/errorBody.ts';
import { ForetokenError } from '../../util/errors.ts';
import { isJsonObject } from '../http/json.ts';
import { jsonResponse, readJsonObject } from '../http/jsonBody.ts';

/** llama-server's limit of instances. */
const MAX_INSTANCES = 128;

/**
 * `POST /predict`, the route of Vertex AI's prediction protocol. Every element of `instances` is a request to the route named by
 * its `@requestFormat`; `predictions` are the responses, errors included.
 * Source: https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements
 *
 * @param paths routes that accept `POST`
 * @param fetch answers the request of one instance
 */
export async function handlePredict(
  request: Request,
  paths: readonly string[],
  fetch: (request: Request) => Promise<Response>,
): Promise<Response> {
  const { instances } = await readJsonObject(request);
  if (!Array.isArray(instances)) {
    throw new ForetokenError('invalid_request', 'request body must include an array field named instances');
  }
  if (instances.length > MAX_INSTANCES) {
    throw new ForetokenError(
      'invalid_request',
      `instances array exceeds maximum size of ${MAX_INSTANCES}: it has ${instances.length}`,
    );
  }
  const routes = new Map(paths.flatMap(path => [[formatOf(path), path] as const, [path, path] as const]));
  const predictions = await Promise.all(instances.map(instance => predict(instance, request, routes, fetch)));
  return jsonResponse({ predictions });
}

async function predict(
  instance: unknown,
  { url, signal }: Request,
  routes: ReadonlyMap<string, string>,
  fetch: (request: Request) => Promise<Response>,
): Promise<unknown> {
  if (!isJsonObject(instance)) return invalid('each instance must be a JSON object');
  const { '@requestFormat': format, ...body } = instance;
  if (typeof format !== 'string') return invalid('each instance must include a string @requestFormat');
  const path = routes.get(format);
  if (path === undefined) return invalid(`no handler registered for @requestFormat: ${format}`);
  // Responses of several instances cannot be streamed.
  const record = JSON.stringify({ ...body, ...('stream' in body && { stream: false }) });
  const response = await fetch(new Request(new URL(path, url), { method: 'POST', body: record, signal }));
  return response.json();
}

function invalid(message: string) {
  return errorBody(new ForetokenError('invalid_request', message));
}

/** `/v1/chat/completions` → `chatCompletions`. */
function formatOf(path: string): string {
  const words = path
    .replace(/^\/v1(?=\/)/, '')
    .slice(1)
    .split(/[/_-]/);
  return words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}
