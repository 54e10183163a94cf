import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { partNames, partUrls } from '../../gguf/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Environment } from '../environment.ts';
import { fetchAll, hubFrom, type Locating } from './locating.ts';

/** Model at an address. */
export interface UrlModel {
  readonly kind: 'url';
  readonly url: string;
  /** Local path; by default in llama.cpp's cache, under its own name. */
  readonly path?: string;
}

/** Returns the path of a URL's model, with all of its parts if its name says that it is split. */
export async function locateUrl({ url, path }: UrlModel, locating: Locating): Promise<string> {
  const urls = partUrls(url) ?? [url];
  if (urls.length === 1) return locateFile(url, path, locating);
  const paths = path === undefined ? null : partNames(path);
  if (path !== undefined && paths?.length !== urls.length) {
    throw new ForetokenError(
      'invalid_option',
      `${url} has ${urls.length} parts, so ${path} has to end like it, in -00001-of-${String(urls.length).padStart(5, '0')}.gguf`,
    );
  }
  const located: string[] = [];
  for (const [i, part] of urls.entries()) located.push(await locateFile(part, paths?.[i], locating));
  return located[0];
}

/** Returns the path of a URL's file, and downloads the file again if its ETag has changed. */
async function locateFile(url: string, path: string | undefined, locating: Locating): Promise<string> {
  const { env, offline, log, signal } = locating;
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new ForetokenError(
      'invalid_option',
      `${url} is no address of a model; give one that begins with https://`,
    );
  }
  const name = basename(new URL(url).pathname);
  const target = path ?? join(urlCacheFolder(env), name);
  const isThere = existsSync(target);
  if (offline) {
    if (isThere) return target;
    throw new ForetokenError(
      'invalid_option',
      `${target} is not there; start without --offline to download it`,
    );
  }
  // Does not send the token to anybody but the Hub.
  const hub = hubFrom(locating);
  const known = await readFile(`${target}.etag`, 'utf8').catch(() => null);
  const head = await hub.fetch(url, { method: 'HEAD', signal }).catch(() => null);
  signal.throwIfAborted();
  const etag = head?.ok ? head.headers.get('etag') : null;
  if (isThere && (etag === known || etag === null)) {
    if (!head?.ok) log(`using ${target} as it is: ${url} does not answer`);
    return target;
  }
  await keepPartOf(etag, target);
  await fetchAll([{ url, path: target, name }], hub, locating);
  if (etag === null) await rm(`${target}.etag`, { force: true });
  else await writeFile(`${target}.etag`, etag);
  await rm(partEtag(target), { force: true });
  return target;
}

/** Path of the ETag of an incomplete file. */
function partEtag(target: string): string {
  return `${target}.incomplete.etag`;
}

/** Deletes an incomplete file of another version, which would not fit the rest. */
async function keepPartOf(etag: string | null, target: string): Promise<void> {
  const known = await readFile(partEtag(target), 'utf8').catch(() => null);
  if (etag !== null && etag === known) return;
  await rm(`${target}.incomplete`, { force: true });
  if (etag === null) return;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(partEtag(target), etag);
}

/** Folder where llama.cpp keeps downloads from URLs. */
function urlCacheFolder({ LLAMA_CACHE, XDG_CACHE_HOME, LOCALAPPDATA }: Environment): string {
  if (LLAMA_CACHE) return LLAMA_CACHE;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'llama.cpp');
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'llama.cpp');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'llama.cpp');
}
