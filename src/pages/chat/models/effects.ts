import { estimate, ModelStore } from '../../../client/index.ts';
import type { Store } from '../../frame/store.ts';
import { Fits } from './fits.ts';
import { HubSearch } from './hubSearch.ts';
import { Shelf } from './shelf.ts';
import type { ModelsAction, ModelsState } from './state.ts';

/** Effects of the library, each over the same store, which has the access to the Hub. */
export interface ModelsEffects {
  readonly shelf: Shelf;
  readonly fits: Fits;
  readonly search: HubSearch;
}

/** Creates the effects over the part of a page's store that is the library's. */
export function modelsEffects(page: Store<ModelsState, ModelsAction>): ModelsEffects {
  const persist = async () => (await navigator.storage?.persist?.()) ?? false;
  return {
    shelf: new Shelf(page, new ModelStore(), persist),
    fits: new Fits(page, estimate),
    search: new HubSearch(page),
  };
}
