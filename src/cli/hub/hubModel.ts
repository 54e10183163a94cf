import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ForetokenError } from '../../util/errors.ts';
import { cachedFiles, cachedRepository, hubCacheRoot, linkBlob, snapshotPath, writeRef } from './cache.ts';
import { chooseFile } from './chooseFile.ts';
import { endpointFrom, fetchTo, type Locating } from './locating.ts';
import { fileUrl, type Hub, hubHeaders, type Listing, listRepository } from './repository.ts';

/** A model in a repository of the Hugging Face Hub. */
export interface HubModel {
  readonly kind: 'hub';
  /** `ORG/NAME`, or `ORG/NAME:TAG`. */
  readonly repo: string;
  /** Path in the repository; without it the tag, or llama.cpp's order of preference, decides. */
  readonly file?: string;
}

/** The Hub is asked first, since its files change; what the cache has is good enough where it does not answer. */
export async function locateInHub(model: HubModel, locating: Locating): Promise<string> {
  const { repo, file } = model;
  const { env, offline, token, log, signal } = locating;
  const [name = '', tag] = repo.split(':');
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(name) || name.includes('..')) {
    throw invalid(`${repo} is no repository; give ORG/NAME or ORG/NAME:TAG`);
  }
  const root = hubCacheRoot(env);
  const choose = (paths: readonly string[]) =>
    file === undefined ? chooseFile(paths, tag) : paths.find(path => path === file);

  const hub: Hub = { endpoint: endpointFrom(env), ...(token && { token }) };
  const listing = offline ? null : await listRepository(hub, name, signal).catch(ForetokenError.from);
  signal.throwIfAborted();
  if (listing && !(listing instanceof ForetokenError)) {
    const chosen = choose(listing.files.map(({ path }) => path));
    if (chosen === undefined) throw notInRepository(file ?? tag ?? 'a model', name, listing);
    return fetchFile(hub, name, listing, chosen, locating);
  }

  const cached = cachedRepository(root, name);
  const path = choose(cachedFiles(cached));
  if (path !== undefined && cached.commit !== null) {
    if (listing) log(`using ${path} of ${name} from the cache: ${listing.message}`);
    return snapshotPath(cached.folder, cached.commit, path);
  }
  if (listing) throw listing;
  throw invalid(
    `${file ?? 'a GGUF file'} of ${repo} is not in the cache ${root}; start without --offline to download it`,
  );
}

/** Downloads a file of the listing into the cache, unless it is there, and makes the listing's commit the latest. */
async function fetchFile(
  hub: Hub,
  name: string,
  { commit, files }: Listing,
  chosen: string,
  locating: Locating,
): Promise<string> {
  const { folder } = cachedRepository(hubCacheRoot(locating.env), name);
  const target = snapshotPath(folder, commit, chosen);
  const found = files.find(({ path }) => path === chosen);
  if (found && !existsSync(target)) {
    const { digest, sizeBytes } = found;
    const blob = join(folder, 'blobs', digest);
    if (!existsSync(blob)) {
      const url = fileUrl(hub, name, commit, chosen);
      const file = { url, path: blob, name: basename(chosen), sizeBytes, digest };
      await fetchTo(file, hubHeaders(hub), locating);
    }
    await linkBlob(blob, target);
  }
  await writeRef(folder, commit);
  return target;
}

function notInRepository(what: string, name: string, { files }: Listing): ForetokenError {
  const models = files.map(({ path }) => path).filter(path => path.endsWith('.gguf'));
  const have = models.length > 0 ? `it has ${models.slice(0, 8).join(', ')}` : 'it has no GGUF file';
  return invalid(`${what} is not in ${name}: ${have}`);
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_option', message);
}
