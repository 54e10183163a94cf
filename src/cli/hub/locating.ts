import type { Environment } from '../environment.ts';
import { type Download, download } from './download.ts';
import { type Display, Progress } from './progress.ts';

/** What is needed to get at a model. */
export interface Locating {
  readonly env: Environment;
  /** Ask nobody: what is in the cache has to do. */
  readonly offline: boolean;
  readonly token?: string;
  readonly display: Display;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** See `Transfer`. */
  readonly pauseMs?: number;
}

/** The Hub, or a server that plays it. Ends with a slash. */
export function endpointFrom({ MODEL_ENDPOINT, HF_ENDPOINT }: Environment): string {
  return `${(MODEL_ENDPOINT || HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '')}/`;
}

/** Parts of a model that are downloaded at the same time: one connection is often slower than the line. */
const AT_ONCE = 4;

/** Downloads the parts of a model and shows how far it is. A failure ends them all; what came of each stays. */
export async function fetchAll(
  files: readonly Download[],
  headers: Readonly<Record<string, string>>,
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
        headers,
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

/** Bytes of all files so far, and in all where that is known of each. */
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
