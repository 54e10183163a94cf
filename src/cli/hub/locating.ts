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

/** Downloads and shows how far it is. */
export async function fetchTo(
  file: Download,
  headers: Readonly<Record<string, string>>,
  { display, signal, pauseMs }: Locating,
): Promise<void> {
  const progress = new Progress(display, file.name);
  try {
    await download(file, {
      headers,
      signal,
      onProgress: (loaded, total) => progress.update(loaded, total),
      ...(pauseMs !== undefined && { pauseMs }),
    });
  } finally {
    progress.end();
  }
}
