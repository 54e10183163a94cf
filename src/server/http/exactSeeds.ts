import { isJsonObject, type JsonObject } from './json.ts';

/**
 * Restores the exact seeds of `body` and of its `instances`. A seed may have 64 bits, of which the lowest 32 are used; a
 * JavaScript number loses them if it is large. Other numbers stay unchanged, and so do seeds nested deeper, which are data.
 *
 * @param text JSON that `body` was parsed from
 */
export function withExactSeeds(body: unknown, text: string): unknown {
  if (!isJsonObject(body)) return body;
  const instances: readonly unknown[] = Array.isArray(body.instances) ? body.instances : [];
  if (![body, ...instances].some(isInexact)) return body;
  const seeds = writtenSeeds(text);
  const exact = (part: unknown, place: string) =>
    isInexact(part) ? { ...part, seed: lowestBits(seeds.get(place)) ?? part.seed } : part;
  const exactInstances = instances.map((instance, i) => exact(instance, `.instances.${i}.seed`));
  const whole = exact(body, '.seed');
  return isJsonObject(whole) && instances.length > 0 ? { ...whole, instances: exactInstances } : whole;
}

function isInexact(part: unknown): part is JsonObject {
  return isJsonObject(part) && Number.isInteger(part.seed) && !Number.isSafeInteger(part.seed);
}

/** Lowest 32 bits of an integer; null for numbers such as 1e20, which are not written as integers. */
function lowestBits(written = ''): number | null {
  return /^-?\d+$/.test(written) ? Number(BigInt.asUintN(32, BigInt(written))) : null;
}

/** Finds the scalars named `seed` in a JSON text, as written, by path, such as `.instances.0.seed`. */
function writtenSeeds(text: string): ReadonlyMap<string, string> {
  const seeds = new Map<string, string>();
  // Keys and indices on the current path; a key is null until it is read.
  const path: (string | number | null)[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g)) {
    const last = path.at(-1);
    if (token === '{') path.push(null);
    else if (token === '[') path.push(0);
    else if (token === '}' || token === ']') path.pop();
    else if (token === ',') path.push(nextStep(path.pop()));
    else if (last === null) path[path.length - 1] = JSON.parse(token);
    else if (last === 'seed' && token !== ':') seeds.set(`.${path.join('.')}`, token);
  }
  return seeds;
}

/** Next step behind a comma: the next index of an array, or null for an object's next key. */
function nextStep(step: string | number | null | undefined): number | null {
  return typeof step === 'number' ? step + 1 : null;
}
