const MEGA = 1_000_000;

/** Formats as `2.9 MB`; always megabytes, so that figures can be compared. */
export function megabytes(bytes: number): string {
  return `${(bytes / MEGA).toFixed(bytes < 100 * MEGA ? 1 : 0)} MB`;
}

/** Formats as `2.9 MB` or `1.2 GB`. */
export function size(bytes: number): string {
  return bytes < 1000 * MEGA ? megabytes(bytes) : `${(bytes / (1000 * MEGA)).toFixed(1)} GB`;
}

/** Formats a time that is still to wait: `12 s`, `3 min`, `2 h`. */
export function wait(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** Formats as `4.5 M`, `362 M` or `1.1 B`. */
export function parameters(count: number): string {
  if (count >= 1000 * MEGA) return `${(count / (1000 * MEGA)).toFixed(1)} B`;
  return `${(count / MEGA).toFixed(count < 100 * MEGA ? 1 : 0)} M`;
}

/** Formats tokens per second: `7.3`, `412`. */
export function rate(perSecond: number): string {
  return perSecond.toFixed(perSecond < 10 ? 1 : 0);
}

/** Formats as `78 %`; an em dash if nothing was drafted. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '—' : `${Math.round((100 * part) / whole)} %`;
}

/** Formats as `38 ms`, `1.2 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
