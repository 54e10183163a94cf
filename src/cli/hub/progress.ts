/** Output for progress: a terminal, or a file. */
export interface Display {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR = 30;
const REDRAW_MS = 100;
/** Percents per line, for output that keeps lines. */
const LINE_PERCENT = 10;

/** Shows the progress of a download: a moving bar on a terminal, otherwise a line now and then. */
export class Progress {
  readonly #display: Display;
  readonly #name: string;
  readonly #now: () => number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #drawnPercent = Number.NEGATIVE_INFINITY;
  #hasBar = false;

  constructor(display: Display, name: string, now: () => number = () => performance.now()) {
    this.#display = display;
    this.#name = name;
    this.#now = now;
  }

  update(loadedBytes: number, totalBytes: number | null): void {
    const percent = totalBytes ? Math.floor((100 * loadedBytes) / totalBytes) : 0;
    if (this.#display.isTTY) this.#draw(percent, loadedBytes, totalBytes);
    else if (percent >= this.#drawnPercent + LINE_PERCENT) {
      this.#drawnPercent = percent - (percent % LINE_PERCENT);
      this.#display.write(`${this.#name}: ${amount(loadedBytes, totalBytes)}, ${percent} %\n`);
    }
  }

  /** Moves the cursor of a terminal to a new line. */
  end(): void {
    if (this.#hasBar) this.#display.write('\n');
    this.#hasBar = false;
  }

  #draw(percent: number, loadedBytes: number, totalBytes: number | null): void {
    const isDone = loadedBytes === totalBytes;
    if (!isDone && this.#now() < this.#drawnMs + REDRAW_MS) return;
    this.#drawnMs = this.#now();
    this.#hasBar = true;
    const filled = Math.floor((BAR * percent) / 100);
    const bar = `[${'#'.repeat(filled)}${' '.repeat(BAR - filled)}] ${String(percent).padStart(3)} %`;
    const line = `${bar} ${amount(loadedBytes, totalBytes)} ${this.#name}`;
    this.#display.write(`\r${line.slice(0, (this.#display.columns ?? 80) - 1)}\x1b[K`);
  }
}

function amount(loadedBytes: number, totalBytes: number | null): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return totalBytes === null
    ? `${megabytes(loadedBytes)} MB`
    : `${megabytes(loadedBytes)} of ${megabytes(totalBytes)} MB`;
}
