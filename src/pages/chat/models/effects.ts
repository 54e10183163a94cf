import { estimate, ModelStore, type ModelStoreOptions } from '../../../client/index.ts';
import { openHub } from '../../../hub/hub.ts';
import type { Store } from '../../frame/store.ts';
import { Fits } from './fits.ts';
import { HubSearch } from './hubSearch.ts';
import { Shelf } from './shelf.ts';
import type { ModelsAction, ModelsState } from './state.ts';

/** Effects of the library, each over the same store. */
export interface ModelsEffects {
  readonly shelf: Shelf;
  readonly fits: Fits;
  readonly search: HubSearch;
}

/** Creates the effects over the part of a page's store that is the library's. `access` names another Hub, or a token for it. */
export function modelsEffects(
  page: Store<ModelsState, ModelsAction>,
  access: ModelStoreOptions = {},
): ModelsEffects {
  const { hfEndpoint: endpoint, hfToken: token } = access;
  return {
    shelf: new Shelf(
      page,
      new ModelStore(access),
      async () => (await navigator.storage?.persist?.()) ?? false,
    ),
    fits: new Fits(page, estimate, access),
    search: new HubSearch(page, openHub({ endpoint, token })),
  };
}
