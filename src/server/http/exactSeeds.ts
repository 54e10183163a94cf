import { isJsonObject, type JsonObject } from './json.ts';

/**
 * `body` with each seed as it was written, its own and those of its `instances`. A seed may have 64 bits, of which the lowest
 * 32 count, and they are lost where a JavaScript number is too large for single steps. Other numbers stay as they are, and so
 * do seeds deeper within, which are data.
 *
 * @param text the JSON that `body` was parsed from
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

/** The lowest 32 bits of an integer; null for what is none, such as 1e20, which has no bits to lose. */
function lowestBits(written = ''): number | null {
  return /^-?\d+$/.test(written) ? Number(BigInt.asUintN(32, BigInt(written))) : null;
}

/** Scalars under the name `seed`, as a JSON text has them, by their places, such as `.instances.0.seed`. */
function writtenSeeds(text: string): ReadonlyMap<string, string> {
  const seeds = new Map<string, string>();
  // Keys and indices on the way to where the reading is; a key is null until it is read.
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

/** Behind a comma: the next index of an array, or a key of an object that is still to come. */
function nextStep(step: string | number | null | undefined): number | null {
  return typeof step === 'number' ? step + 1 : null;
}
