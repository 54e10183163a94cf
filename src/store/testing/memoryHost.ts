import type { StoreProgress } from '../../protocol/store.ts';
import type { Entry } from '../entry.ts';
import type { Locks, StoreHost } from '../host.ts';
import { absorb } from '../sha256.ts';

/** Error as the browser throws it. */
export function quotaError(): Error {
  return Object.assign(new Error('no room'), { name: 'QuotaExceededError' });
}

/** Browser in memory. Several hosts of one `MemoryOrigin` are its tabs. */
export class MemoryOrigin {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly entries = new Map<string, Entry>();
  quotaBytes = 2 ** 40;
  /** Pauses that were asked for. */
  readonly pauses: number[] = [];
  readonly #open = new Set<string>();
  readonly #listeners = new Set<(progress: StoreProgress) => void>();
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #held = new Map<string, number>();
  #clock = 1_000_000;
  #names = 0;

  get usedBytes(): number {
    return [...this.files.values()].reduce((sum, file) => sum + file.byteLength, 0);
  }

  /** Host of one tab. */
  tab(): StoreHost {
    return {
      folder: {
        open: async path => this.#openFile(path),
        blob: async path => {
          const bytes = this.files.get(path);
          return bytes ? new Blob([bytes]) : null;
        },
        list: async () => [...this.files.keys()],
        remove: async path => {
          if (this.#open.has(path)) throw new Error('open');
          this.files.delete(path);
        },
      },
      index: {
        get: async id => structuredClone(this.entries.get(id) ?? null),
        all: async () => structuredClone([...this.entries.values()]),
        update: async (id, change) => {
          const next = change(structuredClone(this.entries.get(id) ?? null));
          if (next) this.entries.set(id, structuredClone(next));
          else this.entries.delete(id);
        },
      },
      locks: this.#locks(),
      news: {
        post: progress => {
          for (const listener of this.#listeners) listener(progress);
        },
        listen: listener => {
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      },
      room: {
        estimate: async () => ({ usedBytes: this.usedBytes, quotaBytes: this.quotaBytes }),
        isPersistent: async () => true,
      },
      hashFrom: state => {
        let last = state;
        return async bytes => {
          last = absorb(last, bytes);
          return last;
        };
      },
      pause: async (ms, signal) => {
        this.pauses.push(ms);
        await new Promise(resolve => setTimeout(resolve, 1));
        signal.throwIfAborted();
      },
      now: () => (this.#clock += 50),
      newName: () => `file-${this.#names++}`,
    };
  }

  #openFile(path: string) {
    if (this.#open.has(path)) {
      throw Object.assign(new Error('held'), { name: 'NoModificationAllowedError' });
    }
    const content = () => this.files.get(path) ?? new Uint8Array();
    const resize = (nBytes: number) => {
      if (this.usedBytes - content().byteLength + nBytes > this.quotaBytes) throw quotaError();
      const bytes = new Uint8Array(nBytes);
      bytes.set(content().subarray(0, nBytes));
      this.files.set(path, bytes);
    };
    resize(content().byteLength);
    this.#open.add(path);
    return {
      size: () => content().byteLength,
      resize,
      read: (from: number, to: number) => {
        const bytes = new Uint8Array(to - from);
        const found = content().subarray(from, to);
        bytes.set(found);
        return bytes.subarray(0, found.byteLength);
      },
      write: (bytes: Uint8Array, at: number) => {
        if (at + bytes.byteLength > content().byteLength) resize(at + bytes.byteLength);
        content().set(bytes, at);
      },
      flush: () => {},
      close: () => this.#open.delete(path),
    };
  }

  #locks(): Locks {
    const alone = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
      this.#held.set(name, (this.#held.get(name) ?? 0) + 1);
      const before = this.#tails.get(name) ?? Promise.resolve();
      const mine = before.then(run);
      this.#tails.set(
        name,
        mine.catch(() => {}),
      );
      return mine.finally(() => this.#held.set(name, (this.#held.get(name) ?? 1) - 1));
    };
    const isHeld = (name: string) => (this.#held.get(name) ?? 0) > 0;
    return {
      alone: async (name, run, { whileWaiting }) => {
        const stop = isHeld(name) ? whileWaiting() : () => {};
        return alone(name, () => {
          stop();
          return run();
        });
      },
      aloneNow: async (name, run) => {
        if (isHeld(name)) return false;
        await alone(name, run);
        return true;
      },
      share: name =>
        new Promise(resolve => {
          void alone(name, () => new Promise<void>(release => resolve(release)));
        }),
    };
  }
}
