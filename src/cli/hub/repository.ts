import { ForetokenError } from '../../util/errors.ts';

/** Hub, or a server with its API. */
export interface Hub {
  /** Ends with a slash. */
  readonly endpoint: string;
  readonly token?: string;
}

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

/** Time to wait for the Hub; after that the cache may have the model. */
const PATIENCE_MS = 15_000;

/** Requests the latest commit of `ORG/NAME` and its files. Throws `fetch_failed`. */
export async function listRepository(hub: Hub, name: string, signal: AbortSignal): Promise<Listing> {
  const api = `${hub.endpoint}api/models/${name}`;
  const get = (path: string) => getJson(hub, name, api + path, signal);
  const commit = commitOf(await get('/refs'));
  if (commit === null) throw failed(`${name} has no branch on ${hub.endpoint}; check the name`);
  const tree = await get(`/tree/${commit}?recursive=true`);
  return { commit, files: Array.isArray(tree) ? tree.flatMap(fileFrom) : [] };
}

/** Address of a file on the Hub. */
export function fileUrl({ endpoint }: Hub, name: string, commit: string, path: string): string {
  return `${endpoint}${name}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Headers of every request to the Hub. */
export function hubHeaders({ token }: Pick<Hub, 'token'>): Record<string, string> {
  return { 'user-agent': 'foretoken', ...(token && { authorization: `Bearer ${token}` }) };
}

/** Error for the status of a request for something of `what`. */
export function refused(status: number, what: string): ForetokenError {
  switch (status) {
    case 401:
    case 403:
      return failed(
        `${what}: HTTP ${status}, so it is not there or needs a login; check the name, or give a token with --hf-token or HF_TOKEN`,
        status,
      );
    case 404:
      return failed(`${what}: HTTP 404, it is not there; check the name`, status);
    default:
      return failed(`${what}: HTTP ${status}; try again later`, status);
  }
}

async function getJson(hub: Hub, name: string, url: string, signal: AbortSignal): Promise<unknown> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const response = await fetch(url, { headers: hubHeaders(hub), signal: limited }).catch(error => {
    signal.throwIfAborted();
    throw failed(
      `${hub.endpoint} does not answer (${reasonOf(error)}); check the connection, or use --offline`,
    );
  });
  if (!response.ok) throw refused(response.status, `${name} on ${hub.endpoint}`);
  return response.json().catch(() => {
    throw failed(`${url} answers with something else than JSON; check HF_ENDPOINT`);
  });
}

/** Commit of `main`, else of the first branch. */
function commitOf(refs: unknown): string | null {
  const branches = isRecord(refs) && Array.isArray(refs.branches) ? refs.branches.filter(isRecord) : [];
  const branch = branches.find(({ name }) => name === 'main') ?? branches[0];
  const commit = branch?.targetCommit;
  return typeof commit === 'string' && /^[0-9a-f]{40}$/.test(commit) ? commit : null;
}

/** File of an entry of the tree; none for a folder, and for a path that would leave the cache's folder. */
function fileFrom(entry: unknown): RepositoryFile[] {
  if (!isRecord(entry) || entry.type !== 'file') return [];
  const { path, size } = entry;
  const digest = isRecord(entry.lfs) ? entry.lfs.oid : entry.oid;
  if (typeof path !== 'string' || typeof size !== 'number' || typeof digest !== 'string') return [];
  const isSafe = !/^\/|\\|\0/.test(path) && !path.split('/').includes('..');
  return isSafe && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digest) ? [{ path, sizeBytes: size, digest }] : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function failed(message: string, status = 0): ForetokenError {
  return new ForetokenError('fetch_failed', message, { status });
}

/** Reason of an error; `fetch` hides it in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.message;
}
