import { type estimate, ForetokenError } from '../../../client/index.ts';
import type { Store } from '../../frame/store.ts';
import { storeAccess } from './access.ts';
import { type ModelsAction, type ModelsState, type Pair, pairKey } from './state.ts';

/** Asks what pairs of models need, from the headers of their files. Reports only to the store of the page. */
export class Fits {
  readonly #page: Store<ModelsState, ModelsAction>;
  readonly #estimate: typeof estimate;
  readonly #asking = new Map<string, AbortController>();

  constructor(page: Store<ModelsState, ModelsAction>, ask: typeof estimate) {
    this.#page = page;
    this.#estimate = ask;
  }

  /** Looks a pair up, unless it is known or being asked for. */
  async ask(pair: Pair): Promise<void> {
    const key = pairKey(pair);
    const known = this.#page.state.fits[key];
    if (known && known.kind !== 'failed') return;
    const asking = new AbortController();
    this.#asking.set(key, asking);
    this.#page.dispatch({ type: 'fit', key, lookup: { kind: 'asking' } });
    const { target, draft, nCtx } = pair;
    const lookup = await this.#estimate(target, {
      ...storeAccess(this.#page.state.access),
      ...(draft !== null && { modelDraft: draft }),
      ...(nCtx !== undefined && { nCtx }),
      signal: asking.signal,
    }).then(
      estimate => ({ kind: 'known', estimate }) as const,
      error => ({ kind: 'failed', error: ForetokenError.from(error) }) as const,
    );
    // Other files may have taken the place of these.
    if (this.#asking.get(key) !== asking) return;
    this.#asking.delete(key);
    this.#page.dispatch({ type: 'fit', key, lookup });
  }

  /** Ends a look-up, and forgets what was found: the files behind the key are others now. */
  forget(key: string): void {
    this.#asking.get(key)?.abort();
    this.#asking.delete(key);
    this.#page.dispatch({ type: 'fitForgotten', key });
  }
}
