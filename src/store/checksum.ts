/**
 * Checksum of a chunk, which finds bytes that the disk or a crash has changed. It is computed for every chunk that comes and that is
 * read, so it has to be faster than SHA-256. Four lanes of 32 bits as in xxHash32, all in the result. It withstands
 * accidents, not intent; `isSameChunk` compares what a source sends again by SHA-256.
 */
import { absorb, finish, initialState } from './sha256.ts';

const LANES = 4;
const PRIMES = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f].map(prime => prime | 0);
const [P1, P2, P3] = PRIMES;

/** 128 bits in hexadecimal digits. */
export function checksum(bytes: Uint8Array): string {
  const words = wordsOf(bytes);
  let [a, b, c, d] = PRIMES.map(prime => prime ^ bytes.byteLength);
  // One statement per lane: an inner loop over an array of lanes takes three times as long.
  for (let i = 0; i < words.length; i += LANES) {
    a = round(a, words[i]);
    b = round(b, words[i + 1]);
    c = round(c, words[i + 2]);
    d = round(d, words[i + 3]);
  }
  return [a, b, c, d].map(lane => (mix(lane) >>> 0).toString(16).padStart(8, '0')).join('');
}

/** Takes a word into a lane. No two words, and no two lanes, give the same result. */
function round(lane: number, word: number): number {
  const sum = (lane + Math.imul(word, P2)) | 0;
  return Math.imul((sum << 13) | (sum >>> 19), P1);
}

function mix(lane: number): number {
  const high = Math.imul(lane ^ (lane >>> 15), P2);
  const low = Math.imul(high ^ (high >>> 13), P3);
  return low ^ (low >>> 16);
}

/** Words of the bytes, with zeros up to a whole number of rounds; a view where the bytes allow it. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const roundBytes = 4 * LANES;
  if (bytes.byteOffset % 4 === 0 && bytes.byteLength % roundBytes === 0) {
    return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }
  const padded = new Uint8Array(Math.ceil(bytes.byteLength / roundBytes) * roundBytes);
  padded.set(bytes);
  return new Int32Array(padded.buffer);
}

/** Contents of a file as far as they have been hashed. */
interface Hashed {
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly checksums: readonly (string | null)[];
  readonly states: readonly Int32Array[];
}

/**
 * Whether the bytes are those that the chunk had when it came first: by its checksum, and by SHA-256 if the content has been hashed up
 * to there.
 */
export function isSameChunk(file: Hashed, chunk: number, bytes: Uint8Array): boolean {
  if (checksum(bytes) !== file.checksums[chunk]) return false;
  const before = file.states[chunk - 1] ?? initialState();
  const after = file.states[chunk];
  if (after) return absorb(before, bytes).every((word, i) => word === after[i]);
  const isLast = file.sha256 !== null && chunk === file.states.length;
  return !isLast || finish(before, bytes, file.sizeBytes ?? 0) === file.sha256;
}
