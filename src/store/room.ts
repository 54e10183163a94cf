import { ForetokenError } from '../util/errors.ts';
import { type Entry, presentBytes } from './entry.ts';
import type { StoreHost } from './host.ts';

/** Lock of a model: alone to change or delete it, shared to read it. */
export function lockName(id: string): string {
  return `foretoken-store ${id}`;
}

/**
 * Makes room for `neededBytes`, if need be by removing models that are not pinned, the least recently used first. Removes none if
 * that would not suffice. Throws `quota_exceeded`.
 */
export async function makeRoom(host: StoreHost, keepId: string, neededBytes: number): Promise<void> {
  const { usedBytes, quotaBytes } = await host.room.estimate();
  const missingBytes = neededBytes - (quotaBytes - usedBytes);
  if (missingBytes <= 0 || (await removeOldest(host, keepId, missingBytes))) return;
  throw await quotaExceeded(host, keepId, neededBytes);
}

/**
 * Removes models of at least `bytes` that are not pinned, the least recently used first. Returns false if those that nobody uses
 * have less, and removes none if all of them have less.
 */
export async function removeOldest(host: StoreHost, keepId: string, bytes: number): Promise<boolean> {
  const removable = (await host.index.all())
    .filter(({ id, isPinned }) => id !== keepId && !isPinned)
    .sort((a, b) => a.usedAt - b.usedAt);
  if (removable.reduce((sum, entry) => sum + entryBytes(entry), 0) < bytes) return false;
  let removedBytes = 0;
  for (const entry of removable) {
    if (removedBytes >= bytes) break;
    const isRemoved = await host.locks.aloneNow(lockName(entry.id), () => removeEntry(host, entry.id));
    if (isRemoved) removedBytes += entryBytes(entry);
  }
  return removedBytes >= bytes;
}

export async function quotaExceeded(
  host: StoreHost,
  id: string,
  neededBytes: number | null,
): Promise<ForetokenError> {
  const { usedBytes, quotaBytes } = await host.room.estimate();
  const needed = neededBytes === null ? '' : `, and it needs ${neededBytes} bytes more`;
  return new ForetokenError(
    'quota_exceeded',
    `the browser has no room for ${id}: this site keeps ${usedBytes} bytes of the ${quotaBytes} that it may${needed}; delete or unpin models, or free room on the disk`,
    { usedBytes, quotaBytes, ...(neededBytes !== null && { neededBytes }) },
  );
}

/** Removes an entry and then its files. */
export async function removeEntry(host: StoreHost, id: string): Promise<void> {
  await host.index.update(id, () => null);
  await sweep(host);
}

/**
 * Removes files that no entry has. Entries are recorded before their files are made, so a file that was there before the index was
 * read is no one's if the index does not have it.
 */
export async function sweep({ folder, index }: StoreHost): Promise<void> {
  const paths = await folder.list();
  const used = new Set((await index.all()).flatMap(({ files }) => files.map(({ path }) => path)));
  // A file that is open in another tab is removed by a later sweep.
  await Promise.all(paths.filter(path => !used.has(path)).map(path => folder.remove(path).catch(() => {})));
}

function entryBytes({ files }: Entry): number {
  return files.reduce((sum, file) => sum + presentBytes(file), 0);
}
