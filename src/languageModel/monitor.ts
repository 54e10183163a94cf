import type { LanguageModelMonitor, LanguageModelProgressEvent } from './shape.ts';

/** Target of the `downloadprogress` events of one `create`. */
export class Monitor extends EventTarget implements LanguageModelMonitor {
  ondownloadprogress: ((event: LanguageModelProgressEvent) => unknown) | null = null;
  #last = -1;

  /** Differs from the inherited method in its types only: the event of this type has a fraction. */
  override addEventListener(
    type: string,
    listener: EventListenerObject | ((event: LanguageModelProgressEvent) => unknown) | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  /** Fires an event unless the fraction has been reported. */
  report(fraction: number): void {
    if (fraction <= this.#last) return;
    this.#last = fraction;
    const event = new ProgressEvent(fraction);
    this.ondownloadprogress?.(event);
    this.dispatchEvent(event);
  }
}

/** Stands for the browser's `ProgressEvent`, which rounds fractions down in browsers without the Prompt API. */
class ProgressEvent extends Event implements LanguageModelProgressEvent {
  readonly lengthComputable = true;
  readonly loaded: number;
  readonly total = 1;

  constructor(loaded: number) {
    super('downloadprogress');
    this.loaded = loaded;
  }
}
