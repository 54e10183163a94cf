import type { GgufFile } from '../gguf/index.ts';
import { openGguf } from '../gguf/index.ts';
import type { StoreProgress } from '../protocol/store.ts';
import type { WireSource } from '../protocol/worker.ts';
import type { ModelStore } from '../store/modelStore.ts';
import { ForetokenError } from '../util/errors.ts';
import { openSource, type SourceAccess } from './openSource.ts';
import { wantedModel } from './wantedModel.ts';

/** Model whose header is read. */
export interface OpenedFile {
  readonly gguf: GgufFile;
  /** Ends the reading, so that the store may delete the model. */
  readonly close: () => void;
}

/**
 * Opens a model through the store, which downloads it first if need be. Where the store has no room or the browser none at all, it
 * is read from its address, and a warning is added. Bytes that the page has are opened as they are.
 */
export async function openStoredModel(
  source: WireSource,
  access: SourceAccess,
  openStore: () => Promise<ModelStore>,
  onProgress: (progress: StoreProgress) => void,
  warnings: string[],
): Promise<OpenedFile> {
  if ([source].flat().every(file => file instanceof Blob)) return openDirectly(source, access);
  const wanted = wantedModel(source, access);
  try {
    const store = await openStore();
    const { sources, close } = await store.open(wanted, { signal: new AbortController().signal, onProgress });
    return { gguf: await openGguf(sources), close };
  } catch (error) {
    const isNoRoom =
      error instanceof ForetokenError && ['quota_exceeded', 'store_unavailable'].includes(error.code);
    if (!isNoRoom) throw error;
    warnings.push(`${wanted.id} is not stored and will be downloaded at every visit: ${error.message}`);
    return openDirectly(source, access);
  }
}

export async function openDirectly(source: WireSource, access: SourceAccess): Promise<OpenedFile> {
  return { gguf: await openSource(source, access, openGguf), close: () => {} };
}
