import { ForetokenError } from '../../../client/index.ts';
import { type Hub, openHub } from '../../../hub/hub.ts';
import { modelGroups } from '../../../hub/modelGroups.ts';
import { listRepository } from '../../../hub/repository.ts';
import { searchModels } from '../../../hub/search.ts';
import { assertNever } from '../../../util/assert.ts';
import type { Store } from '../../frame/store.ts';
import { storeAccess } from './access.ts';
import { type Query, readQuery } from './searchQuery.ts';
import type { ModelsAction, ModelsState, Search } from './state.ts';

/** Milliseconds without a key after which words are searched. */
const PAUSE_MS = 350;

/** Searches the Hub for what is typed. Only the latest search counts. Reports only to the store of the page. */
export class HubSearch {
  readonly #page: Store<ModelsState, ModelsAction>;
  readonly #fetch: typeof fetch | undefined;
  #running = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `fetch` takes the place of the global one. */
  constructor(page: Store<ModelsState, ModelsAction>, fetch?: typeof globalThis.fetch) {
    this.#page = page;
    this.#fetch = fetch;
  }

  /** Takes what is typed so far. Words are searched after a pause; half a name may be words, too. */
  type(text: string): void {
    this.#stop();
    this.#page.dispatch({ type: 'query', query: text });
    const query = readQuery(text);
    if (query.kind === 'nothing' || query.kind === 'file') void this.#answer(query);
    else this.#timer = setTimeout(() => void this.#answer({ kind: 'words', words: text.trim() }), PAUSE_MS);
  }

  /** Takes what is typed as complete: lists a repository, or searches at once. */
  submit(text: string): Promise<void> {
    this.#stop();
    this.#page.dispatch({ type: 'query', query: text });
    return this.#answer(readQuery(text));
  }

  #hub(): Hub {
    const { hfEndpoint: endpoint, hfToken: token } = storeAccess(this.#page.state.access);
    return openHub({ endpoint, token, fetch: this.#fetch });
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#running.abort();
  }

  async #answer(query: Query): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const show = (search: Search) => {
      if (!running.signal.aborted) this.#page.dispatch({ type: 'search', search });
    };
    try {
      show(await this.#look(query, running.signal, show));
    } catch (error) {
      show({ kind: 'failed', error: ForetokenError.from(error) });
    }
  }

  async #look(query: Query, signal: AbortSignal, show: (search: Search) => void): Promise<Search> {
    switch (query.kind) {
      case 'nothing':
        return { kind: 'idle' };
      case 'file':
        return { kind: 'file', url: query.url };
      case 'words':
        show({ kind: 'searching' });
        return { kind: 'found', repositories: await searchModels(this.#hub(), query.words, signal) };
      case 'repository': {
        show({ kind: 'searching' });
        const { name, wanted } = query;
        const { files } = await listRepository(this.#hub(), name, signal);
        return { kind: 'repository', name, groups: modelGroups(name, files), wanted };
      }
      default:
        return assertNever(query);
    }
  }
}
