import { type Hub, openHub } from '../../hub/hub.ts';
import type { Environment } from '../environment.ts';
import { type Download, download } from './download.ts';
import { type Display, Progress } from './progress.ts';

/** Context for locating a model. */
export interface Locating {
  readonly env: Environment;
  /** Whether to use only the cache. */
  readonly offline: boolean;
  readonly token?: string;
  readonly display: Display;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** See `Transfer`. */
  readonly pauseMs?: number;
}

/** Hub of the environment. Every request of the process says who makes it. */
export function hubFrom({ env, token }: Pick<Locating, 'env' | 'token'>): Hub {
  return openHub({
    endpoint: env.MODEL_ENDPOINT || env.HF_ENDPOINT || undefined,
    token,
    fetch(input, init) {
      const headers = new Headers(init?.headers);
      headers.set('user-agent', 'foretoken');
      return fetch(input, { ...init, headers });
    },
  });
}

/** Number of parts of a model to download in parallel: one connection is often slower than the line. */
const AT_ONCE = 4;

/** Downloads the parts of a model and shows the progress. A failure ends all downloads; the bytes so far are kept. */
export async function fetchAll(
  files: readonly Download[],
  hub: Hub,
  { display, signal, pauseMs }: Locating,
): Promise<void> {
  if (files.length === 0) return;
  const name = files.length === 1 ? files[0].name : `${files[0].name} and ${files.length - 1} more`;
  const progress = new Progress(display, name);
  const failed = new AbortController();
  const states = files.map(({ sizeBytes }) => ({ loaded: 0, total: sizeBytes ?? null }));
  const queue = [...files.entries()];

  async function fetchNext(): Promise<void> {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [i, file] = next;
      await download(file, {
        fetch: hub.fetch,
        signal: AbortSignal.any([signal, failed.signal]),
        onProgress(loaded, total) {
          states[i] = { loaded, total };
          progress.update(...sumOf(states));
        },
        ...(pauseMs !== undefined && { pauseMs }),
      });
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
  } finally {
    failed.abort();
    progress.end();
  }
}

/** Bytes of all files so far, and their total if that of each is known. */
function sumOf(
  states: readonly { readonly loaded: number; readonly total: number | null }[],
): [loadedBytes: number, totalBytes: number | null] {
  let loadedBytes = 0;
  let totalBytes: number | null = 0;
  for (const { loaded, total } of states) {
    loadedBytes += loaded;
    totalBytes = totalBytes === null || total === null ? null : totalBytes + total;
  }
  return [loadedBytes, totalBytes];
}
