import { ForetokenError } from '../../util/errors.ts';
import type { Job, JobEvent } from './job.ts';
import type { Scheduler } from './scheduler.ts';
import type { Task } from './task.ts';

/** Receives the events of one request's tasks, then exactly one of `done` and `failed`. */
export interface RunListener {
  event(event: Exclude<JobEvent, { readonly kind: 'failed' }>): void;
  done(): void;
  failed(error: ForetokenError): void;
}

/**
 * Runs the tasks of one request, which succeed or fail together: the first failure, or `signal`, cancels the others. Returns a
 * function that cancels all of them.
 */
export function runTasks(
  scheduler: Scheduler,
  tasks: readonly Task[],
  signal: AbortSignal,
  listener: RunListener,
): () => void {
  let nOpen = tasks.length;
  let over = false;
  const jobs: readonly Job[] = tasks.map(task => ({ task, onEvent }));
  const cancel = () => {
    for (const job of jobs) scheduler.cancel(job);
  };

  function onEvent(event: JobEvent): void {
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
      // A request that fails here must not end the other requests of the same step.
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
  for (const job of jobs) scheduler.submit(job);
  if (signal.aborted) cancel();
  return cancel;
}
