import { ForetokenError } from '../util/errors.ts';
import type { Hub } from './hub.ts';
import { fetchFailed, reasonOf, refused } from './refused.ts';

/** File of a repository, as the Hub describes it. */
export interface RepositoryFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of a large file in 64 digits, git's id of a small one in 40. */
  readonly digest: string;
}

/** Latest state of a repository. */
export interface Listing {
  readonly commit: string;
  readonly files: readonly RepositoryFile[];
}

/** Time to wait for the Hub; after that a cache may have the model. */
const PATIENCE_MS = 15_000;
/** Pages of a listing, of a thousand files each. */
const MAX_PAGES = 20;

/** Requests the latest commit of `ORG/NAME` and its files. Throws `fetch_failed`. */
export async function listRepository(hub: Hub, name: string, signal?: AbortSignal): Promise<Listing> {
  const api = `${hub.endpoint}api/models/${name}`;
  const get = (url: string) => getJson(hub, name, url, signal);
  const commit = commitOf((await get(`${api}/refs`)).json);
  if (commit === null) throw fetchFailed(`${name} has no branch on ${hub.endpoint}; check the name`);
  const files: RepositoryFile[] = [];
  let next: string | null = `${api}/tree/${commit}?recursive=true`;
  for (let page = 0; next !== null && page < MAX_PAGES; page++) {
    const { json, link }: Page = await get(next);
    if (Array.isArray(json)) files.push(...json.flatMap(fileFrom));
    next = nextPage(link, api);
  }
  return { commit, files };
}

/** Address of a file on the Hub. */
export function fileUrl({ endpoint }: Hub, name: string, commit: string, path: string): string {
  return `${endpoint}${name}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Answer of the Hub's API. */
interface Page {
  readonly json: unknown;
  /** Header with the address of the next page, which the Hub lets a page of another origin read. */
  readonly link: string | null;
}

/** Asks the API for `url`; `name` says in an error what was asked for. Throws `fetch_failed`. */
export async function getJson(
  hub: Hub,
  name: string,
  url: string,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const limited = signal ? AbortSignal.any([signal, patience]) : patience;
  const response = await hub.fetch(url, { signal: limited }).catch(error => {
    signal?.throwIfAborted();
    if (error instanceof ForetokenError) throw error;
    throw fetchFailed(
      `${hub.endpoint} does not answer (${reasonOf(error)}); check the connection, and for a page that its Content-Security-Policy allows connections to the Hub and its storage`,
    );
  });
  if (!response.ok) throw refused(response, `${name} on ${hub.endpoint}`);
  const json = await response.json().catch(() => {
    signal?.throwIfAborted();
    throw fetchFailed(
      `${url} answers with something else than JSON; check the endpoint (hfEndpoint, or HF_ENDPOINT on the command line)`,
    );
  });
  return { json, link: response.headers.get('link') };
}

/** Address of the next page; one outside of the repository's API would get the token. */
function nextPage(link: string | null, api: string): string | null {
  const url = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(link ?? '')?.[1];
  return url?.startsWith(`${api}/`) ? url : null;
}

/** Commit of `main`, else of the first branch. */
function commitOf(refs: unknown): string | null {
  const branches = isRecord(refs) && Array.isArray(refs.branches) ? refs.branches.filter(isRecord) : [];
  const branch = branches.find(({ name }) => name === 'main') ?? branches[0];
  const commit = branch?.targetCommit;
  return typeof commit === 'string' && /^[0-9a-f]{40}$/.test(commit) ? commit : null;
}

/** File of an entry of the tree; none for a folder, and for a path that would leave a cache's folder. */
function fileFrom(entry: unknown): RepositoryFile[] {
  if (!isRecord(entry) || entry.type !== 'file') return [];
  const { path, size } = entry;
  const digest = isRecord(entry.lfs) ? entry.lfs.oid : entry.oid;
  if (typeof path !== 'string' || !isSize(size) || typeof digest !== 'string') return [];
  const isSafe = !/^\/|\\|\0/.test(path) && !path.split('/').includes('..');
  return isSafe && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digest) ? [{ path, sizeBytes: size, digest }] : [];
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
