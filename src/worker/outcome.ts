import type { Outcome } from '../protocol/worker.ts';
import { ForetokenError } from '../util/errors.ts';

/** Result of `run` in the form that crosses the worker boundary. */
export async function outcome<T>(run: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'ok', value: await run() };
  } catch (error) {
    return { kind: 'error', error: ForetokenError.from(error).toWire() };
  }
}
