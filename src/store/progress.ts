import type { StoreProgress } from '../protocol/store.ts';

const WINDOW_MS = 4000;
const REPORT_MS = 100;

/** Measures a transfer and reports it a few times a second. */
export class Meter {
  readonly #report: (progress: StoreProgress) => void;
  readonly #now: () => number;
  readonly #fixed: Pick<StoreProgress, 'id' | 'phase' | 'resumedBytes'>;
  /** Loaded bytes at times of the last seconds, oldest first. */
  readonly #samples: { readonly at: number; readonly bytes: number }[];
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(
    fixed: Pick<StoreProgress, 'id' | 'phase' | 'resumedBytes'>,
    report: (progress: StoreProgress) => void,
    now: () => number,
  ) {
    this.#fixed = fixed;
    this.#report = report;
    this.#now = now;
    this.#samples = [{ at: now(), bytes: fixed.resumedBytes }];
  }

  update(loadedBytes: number, totalBytes: number | null): void {
    const at = this.#now();
    const isDone = loadedBytes === totalBytes;
    if (!isDone && at < this.#reportedAt + REPORT_MS) return;
    this.#reportedAt = at;
    this.#samples.push({ at, bytes: loadedBytes });
    while (this.#samples.length > 2 && this.#samples[1].at <= at - WINDOW_MS) this.#samples.shift();
    const [oldest] = this.#samples;
    const seconds = (at - oldest.at) / 1000;
    const bytesPerSecond = seconds > 0 ? Math.max(0, (loadedBytes - oldest.bytes) / seconds) : 0;
    const isKnown = totalBytes !== null && (isDone || bytesPerSecond > 0);
    const remainingSeconds = isKnown ? (isDone ? 0 : (totalBytes - loadedBytes) / bytesPerSecond) : null;
    this.#report({ ...this.#fixed, loadedBytes, totalBytes, bytesPerSecond, remainingSeconds });
  }
}
