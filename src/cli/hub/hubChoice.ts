import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Hub } from '../../hub/hub.ts';
import { type HubModel, parseHubModel } from '../../hub/hubModel.ts';
import { modelFiles, modelPaths } from '../../hub/modelFiles.ts';
import { fileUrl, type Listing, listRepository } from '../../hub/repository.ts';
import { ForetokenError } from '../../util/errors.ts';
import { cachedFiles, cachedRepository, hubCacheRoot, linkBlob, snapshotPath, writeRef } from './cache.ts';
import { fetchAll, hubFrom, type Locating } from './locating.ts';

/** Model in a repository of the Hugging Face Hub. */
export interface HubChoice {
  readonly kind: 'hub';
  /** As `parseHubModel` reads it. */
  readonly repo: string;
  /** Path in the repository, in any case; replaces the type. */
  readonly file?: string;
  readonly sidecar?: HubModel['sidecar'];
}

/**
 * Asks the Hub first, since its files change; if it does not answer, the cache has to suffice. Null for an MTP head in a repository
 * that has none in a file of its own.
 */
export async function locateInHub(
  { repo, file, sidecar }: HubChoice,
  locating: Locating,
): Promise<string | null> {
  const { env, offline, log, signal } = locating;
  const model = { ...parseHubModel(repo), ...(file !== undefined && { file }), ...(sidecar && { sidecar }) };
  const { name } = model;
  const root = hubCacheRoot(env);
  const hub = hubFrom(locating);
  const listing = offline ? null : await listRepository(hub, name, signal).catch(ForetokenError.from);
  signal.throwIfAborted();
  const isAbsent = (paths: readonly string[]) => sidecar === 'only' && modelPaths(paths, model) === null;
  if (listing && !(listing instanceof ForetokenError)) {
    if (isAbsent(listing.files.map(({ path }) => path))) return null;
    return fetchFiles(hub, listing, model, locating);
  }

  const cached = cachedRepository(root, name);
  const paths = cachedFiles(cached);
  const parts = modelPaths(paths, model);
  if (parts?.every(part => paths.includes(part)) && cached.commit !== null) {
    if (listing) log(`using ${parts[0]} of ${name} from the cache: ${listing.message}`);
    return snapshotPath(cached.folder, cached.commit, parts[0]);
  }
  if (isAbsent(paths)) return null;
  if (listing) throw listing;
  throw invalid(
    `${file ?? 'a GGUF file'} of ${repo} is not in the cache ${root}; start without --offline to download it`,
  );
}

/** Downloads the missing files of a model into the cache, and makes the listing's commit the latest. */
async function fetchFiles(
  hub: Hub,
  { commit, files }: Listing,
  model: HubModel,
  locating: Locating,
): Promise<string> {
  const { name } = model;
  const { folder } = cachedRepository(hubCacheRoot(locating.env), name);
  const wanted = modelFiles(files, model).map(({ path, digest, sizeBytes }) => ({
    target: snapshotPath(folder, commit, path),
    file: {
      url: fileUrl(hub, name, commit, path),
      path: join(folder, 'blobs', digest),
      name: basename(path),
      sizeBytes,
      digest,
    },
  }));
  const missing = wanted.filter(({ target }) => !existsSync(target));
  await fetchAll(
    missing.map(({ file }) => file).filter(({ path }) => !existsSync(path)),
    hub,
    locating,
  );
  for (const { file, target } of missing) await linkBlob(file.path, target);
  await writeRef(folder, commit);
  return wanted[0].target;
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_option', message);
}
