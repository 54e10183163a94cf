import { ForetokenError } from '../util/errors.ts';
import { isJsonObject, type JsonObject, jsonTypeName } from './json.ts';

/** Whatever the content type says, a body is a JSON object. Throws `invalid_json`. */
export async function readJsonObject(request: Request): Promise<JsonObject> {
  const text = await request.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ForetokenError('invalid_json', `The request body is not valid JSON: ${reason}`, {}, { cause });
  }
  if (isJsonObject(body)) return body;
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
