import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { partNames } from '../../gguf/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { cachedFiles, cachedRepository, hubCacheRoot, linkBlob, snapshotPath, writeRef } from './cache.ts';
import { chooseFile } from './chooseFile.ts';
import { endpointFrom, fetchAll, type Locating } from './locating.ts';
import { fileUrl, type Hub, hubHeaders, type Listing, listRepository } from './repository.ts';

/** Model in a repository of the Hugging Face Hub. */
export interface HubModel {
  readonly kind: 'hub';
  /** `ORG/NAME`, or `ORG/NAME:TYPE`. */
  readonly repo: string;
  /** Path in the repository, in any case; without it the type, or llama.cpp's order of preference, decides. */
  readonly file?: string;
}

/** Asks the Hub first, since its files change; if it does not answer, the cache has to suffice. */
export async function locateInHub(model: HubModel, locating: Locating): Promise<string> {
  const { repo, file } = model;
  const { env, offline, token, log, signal } = locating;
  const [name = '', type] = repo.split(':');
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(name) || name.includes('..')) {
    throw invalid(`${repo} is no repository; give ORG/NAME or ORG/NAME:TYPE`);
  }
  const root = hubCacheRoot(env);
  const choose = (paths: readonly string[]) =>
    file === undefined
      ? chooseFile(paths, type)
      : paths.find(path => path.toLowerCase() === file.toLowerCase());

  const hub: Hub = { endpoint: endpointFrom(env), ...(token && { token }) };
  const listing = offline ? null : await listRepository(hub, name, signal).catch(ForetokenError.from);
  signal.throwIfAborted();
  if (listing && !(listing instanceof ForetokenError)) {
    const chosen = choose(listing.files.map(({ path }) => path));
    if (chosen === undefined) throw notInRepository(file ?? type ?? 'a model', name, listing);
    return fetchFiles(hub, name, listing, chosen, locating);
  }

  const cached = cachedRepository(root, name);
  const paths = cachedFiles(cached);
  const path = choose(paths);
  const isThere = path !== undefined && partsOf(path).every(part => paths.includes(part));
  if (isThere && cached.commit !== null) {
    if (listing) log(`using ${path} of ${name} from the cache: ${listing.message}`);
    return snapshotPath(cached.folder, cached.commit, path);
  }
  if (listing) throw listing;
  throw invalid(
    `${file ?? 'a GGUF file'} of ${repo} is not in the cache ${root}; start without --offline to download it`,
  );
}

/** Downloads the missing files of a model into the cache, and makes the listing's commit the latest. */
async function fetchFiles(
  hub: Hub,
  name: string,
  { commit, files }: Listing,
  chosen: string,
  locating: Locating,
): Promise<string> {
  const { folder } = cachedRepository(hubCacheRoot(locating.env), name);
  const wanted = partsOf(chosen).map(part => {
    const { path, digest, sizeBytes } = files.find(({ path }) => path === part) ?? absent(part, chosen, name);
    const url = fileUrl(hub, name, commit, path);
    const blob = join(folder, 'blobs', digest);
    return {
      target: snapshotPath(folder, commit, path),
      file: { url, path: blob, name: basename(path), sizeBytes, digest },
    };
  });
  const missing = wanted.filter(({ target }) => !existsSync(target));
  await fetchAll(
    missing.map(({ file }) => file).filter(({ path }) => !existsSync(path)),
    hubHeaders(hub),
    locating,
  );
  for (const { file, target } of missing) await linkBlob(file.path, target);
  await writeRef(folder, commit);
  return snapshotPath(folder, commit, chosen);
}

/** All parts of a split model, or the file itself. */
function partsOf(path: string): readonly string[] {
  return partNames(path) ?? [path];
}

function absent(part: string, chosen: string, name: string): never {
  throw invalid(`${part} is not in ${name}, but ${chosen} cannot be loaded without it; choose another file`);
}

function notInRepository(what: string, name: string, { files }: Listing): ForetokenError {
  const models = files.map(({ path }) => path).filter(path => path.endsWith('.gguf'));
  const have = models.length > 0 ? `it has ${models.slice(0, 8).join(', ')}` : 'it has no GGUF file';
  return invalid(`${what} is not in ${name}: ${have}`);
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_option', message);
}
