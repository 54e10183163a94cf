import type { Locks } from './locks.ts';

interface Request {
  readonly name: string;
  grant: () => void;
}

/** Web Locks for tests: exclusive, in the order of the requests. */
export class FakeLocks implements Locks {
  /** The first request of a name has the lock. */
  readonly #requests: Request[] = [];

  async request(
    name: string,
    { signal }: { readonly signal: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<unknown> {
    signal.throwIfAborted();
    const request = { name, grant: () => {} };
    const granted = new Promise<void>((grant, abandon) => {
      request.grant = grant;
      signal.addEventListener('abort', () => abandon(signal.reason));
    });
    this.#requests.push(request);
    if (this.#first(name) === request) request.grant();
    try {
      await granted;
      return await callback();
    } finally {
      this.#requests.splice(this.#requests.indexOf(request), 1);
      this.#first(name)?.grant();
    }
  }

  async query() {
    return { held: this.#requests.filter(request => this.#first(request.name) === request) };
  }

  #first(name: string): Request | undefined {
    return this.#requests.find(request => request.name === name);
  }
}
