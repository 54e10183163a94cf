/** Web Locks: the browser frees them when their holder closes them, closes its tab, or crashes. */

/** Part of `LockManager` that is needed. */
export interface Locks {
  request(
    name: string,
    options: { readonly signal: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<unknown>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

/**
 * Waits for the lock and resolves with the function that frees it. Rejects with the reason of `signal` if that aborts before; later
 * it has no effect.
 */
export function acquire(locks: Locks, name: string, signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = () => new Promise<void>(free => resolve(free));
    locks.request(name, { signal }, held).catch(reject);
  });
}

/** Calls `then` when nobody holds the lock, unless `signal` aborts before. */
export function whenFree(locks: Locks, name: string, signal: AbortSignal, then: () => void): void {
  locks
    .request(name, { signal }, async () => {
      if (!signal.aborted) then();
    })
    .catch(() => {});
}

/** Whether anybody holds the lock. */
export async function isHeld(locks: Locks, name: string): Promise<boolean> {
  const { held = [] } = await locks.query();
  return held.some(lock => lock.name === name);
}
