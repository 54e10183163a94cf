import { ThinkingBudget } from '../../engine/sampler/thinkingBudget.ts';
import { invalid } from '../http/invalid.ts';
import type { JsonObject } from '../http/json.ts';
import type { Task } from '../scheduling/task.ts';

/** Completions in progress, by the ids that clients know. */
export class RunningCompletions {
  readonly #tasks = new Map<string, readonly Task[]>();

  /** Adds a completion and returns a function that removes it. */
  add(id: string, tasks: readonly Task[]): () => void {
    this.#tasks.set(id, tasks);
    return () => this.#tasks.delete(id);
  }

  /** `POST /v1/chat/completions/control`: ends the thoughts of a completion that allows this. */
  control({ id, action }: JsonObject): JsonObject {
    if (typeof id !== 'string' || id === '') throw invalid('missing completion id');
    if (action !== 'reasoning_end') throw invalid('unknown control action');
    const tasks = this.#tasks.get(id);
    if (tasks === undefined) return { success: false, message: 'no active completion for this id' };
    if (!tasks.some(({ params }) => params.chat?.thinking?.isControlled)) {
      return { success: false, message: 'reasoning control not enabled for this completion' };
    }
    for (const { sampler } of tasks) if (sampler instanceof ThinkingBudget) sampler.endThinking();
    return { success: true };
  }
}
