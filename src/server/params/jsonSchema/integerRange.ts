/** Maximum number of digits without a bound, as in the rule of any integer. */
const MAX_DIGITS = 16;

/**
 * GBNF of the integers from `min` to `max`. Null means no bound; then numbers have at most 16 digits, or as many as the other
 * bound needs.
 */
export function integerRange(min: bigint | null, max: bigint | null): string {
  const alternatives: string[] = [];
  if (min === null || min < 0n) {
    const least = max !== null && max < 0n ? -max : 0n;
    // Zero is written without a sign; a sign for it is possible only if the range has nothing else.
    const from = least === 0n ? 1n : least;
    alternatives.push(`"-" (${naturalRange(from, min === null ? null : -min)})`);
  }
  if (max === null || max >= 0n) alternatives.push(naturalRange(min !== null && min > 0n ? min : 0n, max));
  return alternatives.join(' | ');
}

/** GBNF of integers without a sign, for `min` of at least 0. */
export function naturalRange(min: bigint, max: bigint | null): string {
  const first = String(min);
  const last = max === null ? '9'.repeat(Math.max(MAX_DIGITS, first.length)) : String(max);
  const alternatives: string[] = [];
  for (let n = first.length; n <= last.length; n++) {
    const from = n === first.length ? first : `1${'0'.repeat(n - 1)}`;
    const to = n === last.length ? last : '9'.repeat(n);
    alternatives.push(digitsBetween(from, to));
  }
  return alternatives.join(' | ');
}

/** Digit strings from `from` to `to`, which have the same length. */
function digitsBetween(from: string, to: string): string {
  if (from === to) return `"${from}"`;
  let nShared = 0;
  while (from[nShared] === to[nShared]) nShared++;
  const shared = nShared > 0 ? `"${from.slice(0, nShared)}" ` : '';
  const [low, high] = [Number(from[nShared]), Number(to[nShared])];
  const [lowRest, highRest] = [from.slice(nShared + 1), to.slice(nShared + 1)];
  const nRest = lowRest.length;
  const [zeros, nines] = ['0'.repeat(nRest), '9'.repeat(nRest)];

  // At the first digit that differs, only the lowest and the highest digit restrict the digits behind them.
  const startsWhole = lowRest === zeros;
  const endsWhole = highRest === nines;
  const alternatives: string[] = [];
  if (!startsWhole) alternatives.push(`"${low}" ${digitsBetween(lowRest, nines)}`);
  const [firstFree, lastFree] = [startsWhole ? low : low + 1, endsWhole ? high : high - 1];
  if (firstFree <= lastFree) alternatives.push(`[${firstFree}-${lastFree}]${anyDigits(nRest)}`);
  if (!endsWhole) alternatives.push(`"${high}" ${digitsBetween(zeros, highRest)}`);
  return alternatives.length === 1 ? `${shared}${alternatives[0]}` : `${shared}(${alternatives.join(' | ')})`;
}

function anyDigits(n: number): string {
  return n === 0 ? '' : ` [0-9]{${n}}`;
}
