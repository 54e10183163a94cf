import type { Locks } from '../host.ts';

/** Web Locks of the origin. */
export const ORIGIN_LOCKS: Locks = {
  async alone(name, run, { signal, whileWaiting }) {
    let stopWaiting: (() => void) | null = null;
    const isHeld = (await navigator.locks.query()).held?.some(lock => lock.name === name) ?? false;
    if (isHeld) stopWaiting = whileWaiting();
    try {
      return await navigator.locks.request(name, { signal }, () => {
        stopWaiting?.();
        stopWaiting = null;
        return run();
      });
    } finally {
      stopWaiting?.();
    }
  },

  aloneNow: (name, run) =>
    navigator.locks.request(name, { ifAvailable: true }, async lock => {
      if (lock) await run();
      return lock !== null;
    }),

  share: name =>
    new Promise((resolve, reject) => {
      navigator.locks
        .request(name, { mode: 'shared' }, () => new Promise<void>(release => resolve(release)))
        .catch(reject);
    }),
};
