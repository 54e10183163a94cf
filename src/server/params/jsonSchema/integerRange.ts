/** Digits of a number without a bound, as in the rule for any integer. */
const MAX_DIGITS = 16;

/** The integers from `min` to `max` (null: no bound, but never more than 16 digits unless a bound has them) as GBNF. */
export function integerRange(min: bigint | null, max: bigint | null): string {
  const alternatives: string[] = [];
  if (min === null || min < 0n) {
    const least = max !== null && max < 0n ? -max : 0n;
    // A lone zero has no sign, unless nothing else is left.
    const from = least === 0n ? 1n : least;
    alternatives.push(`"-" (${naturalRange(from, min === null ? null : -min)})`);
  }
  if (max === null || max >= 0n) alternatives.push(naturalRange(min !== null && min > 0n ? min : 0n, max));
  return alternatives.join(' | ');
}

/** The same of numbers without a sign, for a `min` of at least 0. */
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

/** The strings of digits from `from` to `to`, which are equally long. */
function digitsBetween(from: string, to: string): string {
  if (from === to) return `"${from}"`;
  let nShared = 0;
  while (from[nShared] === to[nShared]) nShared++;
  const shared = nShared > 0 ? `"${from.slice(0, nShared)}" ` : '';
  const [low, high] = [Number(from[nShared]), Number(to[nShared])];
  const [lowRest, highRest] = [from.slice(nShared + 1), to.slice(nShared + 1)];
  const nRest = lowRest.length;
  const [zeros, nines] = ['0'.repeat(nRest), '9'.repeat(nRest)];

  // Of the first digit that differs: the lowest and the highest may bound the digits behind it, those between do not.
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
