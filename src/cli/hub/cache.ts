import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Environment } from '../environment.ts';

/**
 * A repository's folder in the cache that Hugging Face's libraries and llama.cpp share: `blobs/DIGEST` are the contents,
 * `snapshots/COMMIT/PATH` links to them, and `refs/main` the commit that was the latest when somebody asked.
 */
export interface CachedRepository {
  readonly folder: string;
  /** Of the last look-up; null where there was none. */
  readonly commit: string | null;
}

/** The folder of all repositories. */
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

/** What the cache folder `root` has of the repository `ORG/NAME`. */
export function cachedRepository(root: string, name: string): CachedRepository {
  const folder = join(root, `models--${name.replaceAll('/', '--')}`);
  const ref = join(folder, 'refs', 'main');
  const commit = existsSync(ref) ? (readFileSync(ref, 'utf8').split('\n')[0] ?? '').trim() : '';
  return { folder, commit: /^[0-9a-f]{40}$/i.test(commit) ? commit : null };
}

/** Paths of the files that are there of the last known commit. */
export function cachedFiles({ folder, commit }: CachedRepository): readonly string[] {
  const snapshot = join(folder, 'snapshots', commit ?? '');
  if (commit === null || !existsSync(snapshot)) return [];
  return (
    readdirSync(snapshot, { recursive: true, encoding: 'utf8' })
      .map(path => path.replaceAll('\\', '/'))
      // A link whose blob was removed is no file.
      .filter(path => existsSync(join(snapshot, path)))
  );
}

/** Path of a file of a commit, whether it is there or not. */
export function snapshotPath(folder: string, commit: string, path: string): string {
  return join(folder, 'snapshots', commit, path);
}

/** Remembers which commit is the latest. */
export async function writeRef(folder: string, commit: string): Promise<void> {
  const ref = join(folder, 'refs', 'main');
  await mkdir(dirname(ref), { recursive: true });
  await writeFile(`${ref}.tmp`, commit);
  await rename(`${ref}.tmp`, ref);
}

/** Makes a downloaded blob the file `path` of a commit. */
export async function linkBlob(blob: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await symlink(relative(dirname(path), blob), path);
  } catch (error) {
    if (existsSync(path)) return;
    // Windows lets only some users make links.
    if (process.platform !== 'win32') throw error;
    await rename(blob, path);
  }
}
