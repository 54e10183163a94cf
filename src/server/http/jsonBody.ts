import { ForetokenError } from '../../util/errors.ts';
import { withExactSeeds } from './exactSeeds.ts';
import { isJsonObject, type JsonObject, jsonTypeName, presentFields } from './json.ts';

/** Parses a body as JSON, whatever its content type. Throws `invalid_json`. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return withExactSeeds(JSON.parse(text), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ForetokenError('invalid_json', `The request body is not valid JSON: ${reason}`, {}, { cause });
  }
}

/** Reads the fields of a request; null counts as absent. Throws `invalid_json` if the body is not an object. */
export async function readJsonObject(request: Request): Promise<JsonObject> {
  const body = await readJson(request);
  if (isJsonObject(body)) return presentFields(body);
  throw new ForetokenError(
    'invalid_json',
    `The request body must be a JSON object, but is ${jsonTypeName(body)}`,
  );
}

export function jsonResponse(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
}
