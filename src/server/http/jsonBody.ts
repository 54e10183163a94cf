import { ForetokenError } from '../../util/errors.ts';
import { withExactSeeds } from './exactSeeds.ts';
import { isJsonObject, type JsonObject, jsonTypeName, presentFields } from './json.ts';

/** Whatever the content type says, a body is JSON. Throws `invalid_json`. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return withExactSeeds(JSON.parse(text), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ForetokenError('invalid_json', `The request body is not valid JSON: ${reason}`, {}, { cause });
  }
}

/** The fields of a request: null is an absent field. Throws `invalid_json` where the body is no object. */
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
