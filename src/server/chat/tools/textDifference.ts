/** Common beginning of two texts. */
export function commonPrefix(a: string, b: string): string {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return a.slice(0, n);
}

/** Common end of two texts. */
export function commonSuffix(a: string, b: string): string {
  let n = 0;
  while (n < a.length && n < b.length && a.at(-1 - n) === b.at(-1 - n)) n++;
  return a.slice(a.length - n);
}

/** Cuts off an incomplete tag at the end. */
export function wholeTags(text: string): string {
  return text.replace(/<[^<>]*$/, '');
}

/** Middle part of `text`, between the beginning and the end that it shares with `other`, in whole tags. */
export function difference(text: string, other: string): string {
  const shared = commonPrefix(text, other);
  const start = wholeTags(shared).length;
  const end = text.length - commonSuffix(text.slice(shared.length), other).length;
  const cut = wholeTags(text.slice(start, end)).length < end - start ? text.indexOf('>', end) + 1 : 0;
  return text.slice(start, Math.max(end, cut));
}
