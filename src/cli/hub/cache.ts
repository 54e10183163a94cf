import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Environment } from '../environment.ts';

/**
 * Folder of a repository in the cache that Hugging Face's libraries and llama.cpp share: `blobs/DIGEST` are the contents,
 * `snapshots/COMMIT/PATH` links to them, and `refs/main` the latest commit at the last look-up.
 */
export interface CachedRepository {
  readonly folder: string;
  /** Commit of the last look-up; null if there was none. */
  readonly commit: string | null;
}

/** Folder of all repositories. */
export function hubCacheRoot(env: Environment): string {
  const { LLAMA_CACHE, HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = env;
  return (
    LLAMA_CACHE ||
    HF_HUB_CACHE ||
    HUGGINGFACE_HUB_CACHE ||
    (HF_HOME && join(HF_HOME, 'hub')) ||
    join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface', 'hub')
  );
}

/** Cache entry, below the cache folder `root`, of the repository `ORG/NAME`. */
export function cachedRepository(root: string, name: string): CachedRepository {
  const folder = join(root, `models--${name.replaceAll('/', '--')}`);
  const ref = join(folder, 'refs', 'main');
  const commit = existsSync(ref) ? (readFileSync(ref, 'utf8').split('\n')[0] ?? '').trim() : '';
  return { folder, commit: /^[0-9a-f]{40}$/i.test(commit) ? commit : null };
}

/** Paths of the cached files of the last known commit. */
export function cachedFiles({ folder, commit }: CachedRepository): readonly string[] {
  const snapshot = join(folder, 'snapshots', commit ?? '');
  if (commit === null || !existsSync(snapshot)) return [];
  return (
    readdirSync(snapshot, { recursive: true, encoding: 'utf8' })
      .map(path => path.replaceAll('\\', '/'))
      // Skip a link whose blob was removed.
      .filter(path => existsSync(join(snapshot, path)))
  );
}

/** Path of a file of a commit, whether it exists or not. */
export function snapshotPath(folder: string, commit: string, path: string): string {
  return join(folder, 'snapshots', commit, path);
}

/** Stores the latest commit. */
export async function writeRef(folder: string, commit: string): Promise<void> {
  const ref = join(folder, 'refs', 'main');
  await mkdir(dirname(ref), { recursive: true });
  await writeFile(`${ref}.tmp`, commit);
  await rename(`${ref}.tmp`, ref);
}

/** Links a downloaded blob as the file `path` of a commit. */
export async function linkBlob(blob: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await symlink(relative(dirname(path), blob), path);
  } catch (error) {
    if (existsSync(path)) return;
    // On Windows only some users may create links.
    if (process.platform !== 'win32') throw error;
    await rename(blob, path);
  }
}
