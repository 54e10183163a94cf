import type { GgufFile } from '../gguf/index.ts';
import { fileName } from '../gguf/urlSource.ts';
import { openHub } from '../hub/hub.ts';
import { isHubAddress } from '../hub/hubModel.ts';
import { type RemoteFile, resolveHubModel } from '../hub/resolve.ts';
import type { ResolvedOptions } from '../protocol/options.ts';
import type { WireFile, WireSource } from '../protocol/worker.ts';

/** How to reach what is not in the page's hands. */
export type SourceAccess = Partial<Pick<ResolvedOptions, 'hfEndpoint' | 'hfToken'>> & {
  /** Whether a repository's MTP head is preferred to its model. */
  readonly sidecar?: 'preferred';
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
};

/** Bytes that the page has, or a file at an address. */
export type SourceFile = Blob | RemoteFile;

/**
 * Opens a model with `openGguf` or `openOutline`; a model of the Hub is looked up first. Files at an address are read in ranges.
 *
 * @throws ForetokenError as `resolveHubModel` and `open` do
 */
export async function openSource<F extends GgufFile>(
  source: WireSource,
  access: SourceAccess,
  open: (files: readonly (Blob | string)[], fetchImpl: typeof fetch) => Promise<F>,
): Promise<F> {
  const files = await sourceFiles(source, access);
  const hub = openHub({ endpoint: access.hfEndpoint, token: access.hfToken, fetch: access.fetch });
  return open(
    files.map(file => (file instanceof Blob ? file : file.url)),
    hub.fetch,
  );
}

/** Files of a model, of which only the first part may be known if its name says that there are more. */
export async function sourceFiles(
  source: WireSource,
  access: SourceAccess,
  signal?: AbortSignal,
): Promise<readonly SourceFile[]> {
  const files = await Promise.all([source].flat().map((file: WireFile) => filesOf(file, access, signal)));
  return files.flat();
}

async function filesOf(
  file: WireFile,
  access: SourceAccess,
  signal: AbortSignal | undefined,
): Promise<readonly SourceFile[]> {
  if (file instanceof Blob) return [file];
  if (typeof file !== 'string') return [{ ...fileAt(file.url), sha256: file.sha256 }];
  if (!isHubAddress(file)) return [fileAt(file)];
  const { hfEndpoint: endpoint, hfToken: token, fetch, sidecar } = access;
  return (await resolveHubModel(file, { endpoint, token, fetch, signal, ...(sidecar && { sidecar }) })).files;
}

/** File of which nothing is known but its address. */
export function fileAt(url: string): RemoteFile {
  return { url, name: fileName(url), sizeBytes: null, sha256: null };
}
