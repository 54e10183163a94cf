import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ForetokenError } from '../util/errors.ts';
import type { Environment } from './environment.ts';

/** A model in a repository of the Hugging Face Hub. */
export interface HubModel {
  /** `ORG/NAME`, or `ORG/NAME:TAG`. */
  readonly repo: string;
  /** Path in the repository; without it the tag, or llama.cpp's order of preference, decides. */
  readonly file?: string;
}

/** llama.cpp's, tried in this order where neither a file nor a tag is named. */
const PREFERRED = ['Q4_K_M', 'Q8_0'];
/** Files that are no model by themselves. */
const COMPANIONS = /mmproj|imatrix|mtp-|eagle3-|dflash-|dspark-/;

/** The folder that Hugging Face's libraries and llama.cpp share, `models--ORG--NAME/snapshots/COMMIT/…` inside. */
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

/** Path of `model` in the cache folder `root`. Throws `invalid_option` where it is not there. */
export function cachedModel({ repo, file }: HubModel, root: string): string {
  const [name = '', tag] = repo.split(':');
  const folder = join(root, `models--${name.replaceAll('/', '--')}`);
  const ref = join(folder, 'refs', 'main');
  const commit = existsSync(ref) ? (readFileSync(ref, 'utf8').split('\n')[0] ?? '').trim() : '';
  const snapshot = join(folder, 'snapshots', commit);
  const files = commit !== '' && existsSync(snapshot) ? filesIn(snapshot) : [];
  const chosen = file === undefined ? chooseFile(files, tag) : files.find(path => path === file);
  if (chosen === undefined) {
    throw new ForetokenError(
      'invalid_option',
      `${file ?? 'a GGUF file'} of ${repo} is not in the cache ${root}; download it, or name a file with -m`,
    );
  }
  return join(snapshot, chosen);
}

/** The file of a repository to take: the tag's, else the preferred type's, else the first model. */
export function chooseFile(files: readonly string[], tag: string | undefined): string | undefined {
  const models = files.filter(path => path.endsWith('.gguf') && !COMPANIONS.test(path)).sort();
  const withType = (type: string) => models.find(path => path.toLowerCase().includes(type.toLowerCase()));
  if (tag !== undefined) return withType(tag);
  return PREFERRED.map(withType).find(path => path !== undefined) ?? models[0];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(path => path.replaceAll('\\', '/'));
}
