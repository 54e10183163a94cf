import { abortable } from '../client/abortable.ts';

/** Lets one operation in at a time, in the order of their calls. */
export class Queue {
  #last: Promise<void> = Promise.resolve();

  /** Resolves, when all before have left, with the function to leave. Rejects, and leaves, when `signal` aborts. */
  async enter(signal: AbortSignal): Promise<() => void> {
    const before = this.#last;
    let leave = () => {};
    const left = new Promise<void>(resolve => {
      leave = resolve;
    });
    this.#last = before.then(() => left);
    try {
      await abortable(before, signal);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }
}
