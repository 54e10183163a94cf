import { ForetokenError } from '../util/errors.ts';
import type { Scheduler } from './scheduler.ts';
import type { Task, TaskEvent } from './task.ts';

export type PreparedTask = Omit<Task, 'onEvent'>;

/** Told what becomes of the tasks of one request: events, then exactly one of `done` and `failed`. */
export interface RunListener {
  event(event: Exclude<TaskEvent, { readonly kind: 'failed' }>): void;
  done(): void;
  failed(error: ForetokenError): void;
}

/**
 * Runs the tasks of one request, which succeed or fail together: the first failure, or `signal`, cancels the others.
 * Returns a function that cancels them all.
 */
export function runTasks(
  scheduler: Scheduler,
  prepared: readonly PreparedTask[],
  signal: AbortSignal,
  listener: RunListener,
): () => void {
  let nOpen = prepared.length;
  let over = false;
  const tasks: readonly Task[] = prepared.map(task => ({ ...task, onEvent }));
  const cancel = () => {
    for (const task of tasks) scheduler.cancel(task);
  };

  function onEvent(event: TaskEvent): void {
    if (over) return;
    if (event.kind === 'failed') {
      fail(event.error);
      return;
    }
    try {
      listener.event(event);
      if (event.kind === 'finished') nOpen--;
      if (nOpen === 0) {
        end();
        listener.done();
      }
    } catch (error) {
      // One request that cannot be answered must not take those that share its step with it.
      fail(ForetokenError.from(error));
    }
  }

  function fail(error: ForetokenError): void {
    end();
    cancel();
    listener.failed(error);
  }

  function end(): void {
    over = true;
    signal.removeEventListener('abort', cancel);
  }

  signal.addEventListener('abort', cancel);
  for (const task of tasks) scheduler.submit(task);
  if (signal.aborted) cancel();
  return cancel;
}
