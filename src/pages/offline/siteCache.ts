/** File of the site, by its path from the site's folder. */
export interface SiteFile {
  readonly path: string;
  /** Digest in the form of Subresource Integrity; null where the name has a hash, so that the name alone says what is in it. */
  readonly integrity: string | null;
}

/** Build of the site. */
export interface Site {
  /** Address of its folder, which is the scope of its service worker. */
  readonly folder: string;
  readonly files: readonly SiteFile[];
  /** Differs between builds with different files. */
  readonly digest: string;
}

/**
 * Files of one build of the site in the browser's cache, for visits without a network. Files with a hash in their name are taken
 * from the cache, the engine's worker among them; pages come from the network as long as there is one. Models are not kept here: the
 * model store does that.
 */
export class SiteCache {
  readonly #site: Site;
  readonly #caches: CacheStorage;
  readonly #fetch: typeof fetch;
  readonly #files: ReadonlyMap<string, SiteFile>;

  constructor(site: Site, caches: CacheStorage, fetcher: typeof fetch) {
    this.#site = site;
    this.#caches = caches;
    this.#fetch = fetcher;
    this.#files = new Map(site.files.map(file => [file.path, file]));
  }

  /**
   * Stores every file of the build. Rejects if one cannot be had, or is another one than was built, as it may be while a new build is
   * being published; the next visit tries again.
   */
  async fill(): Promise<void> {
    const cache = await this.#caches.open(this.#name());
    await Promise.all(
      this.#site.files.map(async file => {
        const url = this.#address(file);
        const earlier = file.integrity === null ? await this.#caches.match(url) : undefined;
        await cache.put(url, earlier ?? (await this.#download(file)));
      }),
    );
  }

  /** Removes the files of other builds from the cache. */
  async removeOthers(): Promise<void> {
    const others = (await this.#caches.keys()).filter(
      name => name.startsWith(this.#name('')) && name !== this.#name(),
    );
    await Promise.all(others.map(name => this.#caches.delete(name)));
  }

  /** Answers a request for a file of the site; null for every other one, which the browser answers as without this cache. */
  answer(request: Request): Promise<Response> | null {
    const file = this.#requested(request);
    if (!file) return null;
    return file.integrity === null ? this.#fromCache(file, request) : this.#fromNetwork(file, request);
  }

  #requested({ method, url, mode }: Request): SiteFile | undefined {
    if (method !== 'GET' || !url.startsWith(this.#site.folder)) return undefined;
    const { origin, pathname } = new URL(url);
    const path = `${origin}${pathname}`.slice(this.#site.folder.length);
    if (mode !== 'navigate') return this.#files.get(path);
    // Many hosts leave out the endings of pages.
    return this.#files.get(path === '' ? 'index.html' : path) ?? this.#files.get(`${path}.html`);
  }

  async #fromCache(file: SiteFile, request: Request): Promise<Response> {
    return (await this.#stored(file)) ?? this.#fetch(request);
  }

  async #fromNetwork(file: SiteFile, request: Request): Promise<Response> {
    try {
      return await this.#fetch(request);
    } catch (error) {
      const stored = await this.#stored(file);
      if (stored) return stored;
      throw error;
    }
  }

  async #stored(file: SiteFile): Promise<Response | undefined> {
    const cache = await this.#caches.open(this.#name());
    return cache.match(this.#address(file));
  }

  async #download(file: SiteFile): Promise<Response> {
    const response = await this.#fetch(
      this.#address(file),
      file.integrity === null ? {} : { integrity: file.integrity, cache: 'no-cache' },
    );
    // Browsers refuse a redirected answer to a navigation.
    return response.redirected ? new Response(response.body, response) : response;
  }

  #address({ path }: SiteFile): string {
    return new URL(path, this.#site.folder).href;
  }

  /** Name of the cache of a build. One origin may have several sites. */
  #name(digest = this.#site.digest): string {
    return `foretoken-site ${this.#site.folder} ${digest}`;
  }
}
