import { ForetokenError, type ModelStore } from '../../../client/index.ts';
import type { Store } from '../../frame/store.ts';
import type { Action, State } from '../state.ts';

/** Part of `ModelStore` that the page calls. */
type Models = Pick<ModelStore, 'list' | 'usage' | 'delete' | 'pin' | 'unpin'>;

/** Executes the actions on models that the browser stores. Reports only to the store of the page. */
export class StoredModels {
  readonly #page: Store<State, Action>;
  readonly #models: Models;

  constructor(page: Store<State, Action>, models: Models) {
    this.#page = page;
    this.#models = models;
  }

  /** Reads the list again. Without storage, as in some private windows, the list stays empty. */
  async refresh(): Promise<void> {
    try {
      const [models, usage] = await Promise.all([this.#models.list(), this.#models.usage()]);
      this.#page.dispatch({ of: 'models', type: 'stored', stored: { models, usage } });
    } catch {
      this.#page.dispatch({ of: 'models', type: 'stored', stored: null });
    }
  }

  remove(id: string): Promise<void> {
    return this.#change(() => this.#models.delete(id));
  }

  setPinned(id: string, isPinned: boolean): Promise<void> {
    return this.#change(() => (isPinned ? this.#models.pin(id) : this.#models.unpin(id)));
  }

  async #change(change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      this.#page.dispatch({ of: 'models', type: 'storeFailed', error: ForetokenError.from(error) });
    }
    await this.refresh();
  }
}
