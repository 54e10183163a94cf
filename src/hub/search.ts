import type { Hub } from './hub.ts';
import { getJson, isRecord } from './repository.ts';

/** Repository with GGUF files, as the Hub's search describes it. */
export interface FoundRepository {
  /** `ORG/NAME`. */
  readonly name: string;
  /** Downloads of the last month. */
  readonly downloads: number;
  readonly likes: number;
  /** Whether an account has to accept its terms first. */
  readonly isGated: boolean;
  /** Architecture and number of parameters, as the Hub read them from a file; null if it did not. */
  readonly architecture: string | null;
  readonly nParams: number | null;
}

/** Most repositories of an answer. */
const LIMIT = 20;
const FIELDS = ['downloads', 'likes', 'gated', 'gguf'];

/** Searches for repositories with GGUF files; those that were downloaded most in the last month come first. Throws `fetch_failed`. */
export async function searchModels(
  hub: Hub,
  words: string,
  signal?: AbortSignal,
): Promise<readonly FoundRepository[]> {
  const query = new URLSearchParams({ search: words, filter: 'gguf', sort: 'downloads', limit: `${LIMIT}` });
  for (const field of FIELDS) query.append('expand', field);
  const { json } = await getJson(hub, 'the search', `${hub.endpoint}api/models?${query}`, signal);
  return Array.isArray(json) ? json.flatMap(repositoryFrom) : [];
}

function repositoryFrom(entry: unknown): FoundRepository[] {
  if (!isRecord(entry) || typeof entry.id !== 'string') return [];
  const { id: name, downloads, likes, gated } = entry;
  const gguf = isRecord(entry.gguf) ? entry.gguf : {};
  return [
    {
      name,
      downloads: Number(downloads) || 0,
      likes: Number(likes) || 0,
      isGated: gated === 'auto' || gated === 'manual' || gated === true,
      architecture: typeof gguf.architecture === 'string' ? gguf.architecture : null,
      nParams: typeof gguf.total === 'number' ? gguf.total : null,
    },
  ];
}
