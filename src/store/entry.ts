import type { StoredFile, StoredModel } from '../protocol/store.ts';

/** Size of the chunks of new files: a multiple of SHA-256's blocks. */
export const CHUNK_BYTES = 4 << 20;

/** Names of a version of a file at its source; null if the server or CORS hides it. */
export interface Version {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** File as the index knows it. The download of the file changes it; everything else only reads. */
export interface FileRecord {
  /** Name in the store's folder, which no other version of the file has. */
  readonly path: string;
  readonly url: string;
  readonly name: string;
  readonly version: Version;
  /** SHA-256 that the content must have, from the Hub or the caller. */
  readonly expectedSha256: string | null;
  /** Null while the server hides it. */
  sizeBytes: number | null;
  /** SHA-256 of the content, once all of it has been hashed and compared. */
  sha256: string | null;
  /** Bytes of a chunk, the unit of what is downloaded, recorded and checked. */
  readonly chunkBytes: number;
  /** Chunks that are in the file with the bytes of their checksum. */
  readonly present: boolean[];
  /** Checksum of each chunk, from its first arrival on; a chunk that is fetched again must be the same. */
  readonly checksums: (string | null)[];
  /** States of the SHA-256 of the content after the first chunk, the second, and so on, as far as it is hashed; not the last one. */
  readonly states: Int32Array<ArrayBuffer>[];
}

/** Model as the index knows it. */
export interface Entry {
  readonly id: string;
  readonly files: readonly FileRecord[];
  readonly addedAt: number;
  readonly usedAt: number;
  readonly isPinned: boolean;
}

/** Number of chunks; of those so far if the size is not known. */
export function chunkCount({ sizeBytes, present, chunkBytes }: FileRecord): number {
  return sizeBytes === null ? present.length : Math.ceil(sizeBytes / chunkBytes);
}

/** Place of a chunk in its file. */
export function chunkRange(file: FileRecord, chunk: number): { readonly from: number; readonly to: number } {
  const from = chunk * file.chunkBytes;
  return { from, to: Math.min(from + file.chunkBytes, file.sizeBytes ?? Number.POSITIVE_INFINITY) };
}

export function isComplete(file: FileRecord): boolean {
  return file.sha256 !== null && presentBytes(file) === file.sizeBytes;
}

export function presentBytes(file: FileRecord): number {
  return ranges(file).reduce((sum, [from, to]) => sum + to - from, 0);
}

/** Ranges of the bytes that are there, in order, neighbours joined. */
function ranges(file: FileRecord): [from: number, to: number][] {
  const joined: [number, number][] = [];
  for (let chunk = 0; chunk < chunkCount(file); chunk++) {
    if (!file.present[chunk]) continue;
    const { from, to } = chunkRange(file, chunk);
    const last = joined.at(-1);
    if (last?.[1] === from) last[1] = to;
    else joined.push([from, to]);
  }
  return joined;
}

/** Entry as pages see it. */
export function describeEntry({ id, files, addedAt, usedAt, isPinned }: Entry): StoredModel {
  return {
    id,
    files: files.map(describeFile),
    sizeBytes: totalBytes(files),
    presentBytes: files.reduce((sum, file) => sum + presentBytes(file), 0),
    isComplete: files.every(isComplete),
    isPinned,
    addedAt,
    usedAt,
  };
}

/** Bytes of all files, or null if one is not known. */
export function totalBytes(files: readonly FileRecord[]): number | null {
  return files.reduce<number | null>(
    (sum, { sizeBytes }) => (sum === null || sizeBytes === null ? null : sum + sizeBytes),
    0,
  );
}

function describeFile(file: FileRecord): StoredFile {
  const { name, url, sizeBytes, sha256, version } = file;
  return { name, url, sizeBytes, etag: version.etag, sha256, ranges: ranges(file) };
}

/** Record of a file of which nothing is there yet. */
export function newRecord(
  file: {
    readonly url: string;
    readonly name: string;
    readonly version: Version;
    readonly sha256: string | null;
    readonly sizeBytes: number | null;
  },
  path: string,
  chunkBytes: number,
): FileRecord {
  const { url, name, version, sha256: expectedSha256, sizeBytes } = file;
  return {
    path,
    url,
    name,
    version,
    expectedSha256,
    sizeBytes,
    sha256: null,
    chunkBytes,
    present: [],
    checksums: [],
    states: [],
  };
}

/** Record of the same file without its bytes, in another place. */
export function emptied(file: FileRecord, path: string): FileRecord {
  return newRecord({ ...file, sha256: file.expectedSha256 }, path, file.chunkBytes);
}

/** Takes all chunks as missing, and forgets what they were. */
export function forgetAll(file: FileRecord): void {
  file.present.length = 0;
  file.checksums.length = 0;
  file.sha256 = null;
  file.states.length = 0;
}
