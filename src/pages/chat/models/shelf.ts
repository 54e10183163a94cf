import { ForetokenError, type ModelStore } from '../../../client/index.ts';
import type { Store } from '../../frame/store.ts';
import { storeAccess } from './access.ts';
import {
  type Job,
  type ModelsAction,
  type ModelsState,
  missingOf,
  type Outcome,
  type Pair,
} from './state.ts';

/** Part of `ModelStore` that the page calls. */
export type Models = Pick<ModelStore, 'list' | 'usage' | 'add' | 'verify' | 'delete' | 'pin' | 'unpin'>;

/** Executes the actions on models that the browser keeps: downloads, checks, deletes. Reports only to the store of the page. */
export class Shelf {
  readonly #page: Store<ModelsState, ModelsAction>;
  readonly #models: Models;
  readonly #persist: () => Promise<boolean>;
  readonly #running = new Map<string, AbortController>();
  #wanted: Pair | null = null;

  /** `persist` asks the browser to keep the storage of this site. */
  constructor(page: Store<ModelsState, ModelsAction>, models: Models, persist: () => Promise<boolean>) {
    this.#page = page;
    this.#models = models;
    this.#persist = persist;
  }

  /** Reads the list again. Without storage, as in some private windows, there is none. */
  async refresh(): Promise<void> {
    try {
      const [models, usage] = await Promise.all([this.#models.list(), this.#models.usage()]);
      this.#page.dispatch({ type: 'stored', stored: { models, usage } });
    } catch {
      this.#page.dispatch({ type: 'stored', stored: null });
    }
  }

  /**
   * Brings the models of a pair into the browser, as far as they come from the Hub. Resolves with true when they are there, or where
   * the browser keeps nothing and they have to be loaded from their addresses; with false after a failure or a cancellation, and
   * where another pair was wanted since.
   */
  async bring(pair: Pair): Promise<boolean> {
    this.#wanted = pair;
    if (this.#page.state.stored === null) return true;
    const missing = missingOf(this.#page.state, pair);
    const outcomes = await Promise.all(missing.map(address => this.download(address)));
    const isThere = this.#wanted === pair && outcomes.every(({ kind }) => kind === 'done');
    // The answer to the download is now the model itself.
    if (isThere) for (const id of missing) this.#page.dispatch({ type: 'jobDismissed', id });
    return isThere;
  }

  /** Downloads a model, or goes on with it. Several may run at once. */
  download(address: string): Promise<Outcome> {
    return this.#run(address, 'download', async call => {
      await this.#models.add(address, call);
      return null;
    });
  }

  /** Compares all of a model with its checksums, and repairs it. */
  verify(id: string): Promise<Outcome> {
    return this.#run(id, 'verify', call => this.#models.verify(id, call));
  }

  /** Ends a download or a check. What has come stays. */
  cancel(id: string): void {
    this.#running.get(id)?.abort();
  }

  async remove(id: string): Promise<void> {
    this.cancel(id);
    this.#page.dispatch({ type: 'jobDismissed', id });
    await this.#change(() => this.#models.delete(id));
  }

  setPinned(id: string, isPinned: boolean): Promise<void> {
    return this.#change(() => (isPinned ? this.#models.pin(id) : this.#models.unpin(id)));
  }

  /** Asks the browser to keep all of it. It may refuse without asking the user. */
  persist(): Promise<void> {
    return this.#change(async () => {
      if (await this.#persist()) return;
      throw new ForetokenError(
        'store_unavailable',
        'the browser does not promise it; it decides by how much the site is used, so add a bookmark or install the page, and ask again',
      );
    });
  }

  async #run(
    id: string,
    kind: Job['kind'],
    work: (call: Parameters<Models['verify']>[1]) => Promise<Awaited<ReturnType<Models['verify']>> | null>,
  ): Promise<Outcome> {
    this.cancel(id);
    const running = new AbortController();
    this.#running.set(id, running);
    const { signal } = running;
    this.#page.dispatch({ type: 'jobStarted', id, kind });
    const outcome = await work({
      ...storeAccess(this.#page.state.access),
      signal,
      onProgress: progress => {
        if (!signal.aborted) this.#page.dispatch({ type: 'jobProgress', progress });
      },
    }).then(
      (report): Outcome => ({ kind: 'done', report }),
      (error): Outcome =>
        signal.aborted ? { kind: 'canceled' } : { kind: 'failed', error: ForetokenError.from(error) },
    );
    // A later job for the same model has its own state.
    if (this.#running.get(id) === running) {
      this.#running.delete(id);
      this.#page.dispatch({ type: 'jobEnded', id, outcome });
    }
    await this.refresh();
    return outcome;
  }

  async #change(change: () => Promise<void>): Promise<void> {
    try {
      await change();
      this.#page.dispatch({ type: 'storeDismissed' });
    } catch (error) {
      this.#page.dispatch({ type: 'storeFailed', error: ForetokenError.from(error) });
    }
    await this.refresh();
  }
}
