import { isJsonObject } from './json.ts';

/**
 * `body` with the seed as it was written. A seed may have 64 bits, of which the lowest 32 count, and they are lost where a
 * JavaScript number is too large for single steps. Unchanged where `seed` is no such number.
 *
 * @param text the JSON that `body` was parsed from
 */
export function withExactSeed(body: unknown, text: string): unknown {
  if (!isJsonObject(body) || !Number.isInteger(body.seed) || Number.isSafeInteger(body.seed)) return body;
  const written = lastMember(text, 'seed');
  // What is no plain integer, such as 1e20, has no lower bits to lose.
  return /^-?\d+$/.test(written) ? { ...body, seed: Number(BigInt.asUintN(32, BigInt(written))) } : body;
}

/** The scalar that a JSON object has under `name`, as it is written; of several the last, which counts. '' for none. */
function lastMember(text: string, name: string): string {
  let depth = 0;
  let key = '';
  let found = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ',') key = '';
    else if (depth === 1 && token !== ':') {
      if (key === name) found = token;
      else if (token.startsWith('"')) key = JSON.parse(token);
    }
  }
  return found;
}
