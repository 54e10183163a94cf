import type { ForetokenError } from '../../util/errors.ts';
import type { Generation, GenerationEvent } from './generation.ts';
import type { Task } from './task.ts';

/** Task in the scheduler, with the listener for its events. */
export interface Job {
  readonly task: Task;
  /** Called in order; no event follows `finished` or `failed`. */
  readonly onEvent: (event: JobEvent) => void;
}

/** `started`: the task has a slot, and its prompt is about to be decoded. */
export type RunningEvent = { readonly kind: 'started' | 'finished' } | GenerationEvent;

export type JobEvent =
  | (RunningEvent & { readonly generation: Generation })
  | { readonly kind: 'failed'; readonly error: ForetokenError };
