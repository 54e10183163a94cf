import { areCounts, N_COUNTS } from './matchOdds.ts';
import type { Learned } from './suffixMemory.ts';
import { BREAK } from './tokenLog.ts';

/** Vocabulary to which the tokens of a file belong. */
export interface VocabularyKey {
  readonly nVocab: number;
  /** SHA-256 of the texts of its tokens, and of where each begins. */
  readonly digest: Uint8Array;
}

/** Content of a file, or the reason why it cannot be used, which completes "the file". */
export type DecodedFile =
  | { readonly kind: 'learned'; readonly learned: Learned }
  | { readonly kind: 'refused'; readonly reason: string };

/** "FTLU" in little-endian order. */
const MAGIC = 0x554c5446;
const VERSION = 1;
const DIGEST_BYTES = 32;
/** Magic, version, size of the vocabulary, number of counts, number of tokens, 0, and the digest of the vocabulary. */
const HEADER_BYTES = 6 * 4 + DIGEST_BYTES;
const TOKENS_AT = HEADER_BYTES + 8 * N_COUNTS;

/** Size of a file with `nTokens` tokens, in bytes. */
export function learnedFileBytes(nTokens: number): number {
  return TOKENS_AT + 4 * nTokens;
}

/** Encodes what look-ups have learned, little-endian: the header, the counts as float64, the tokens as int32. */
export function encodeLearned(
  { tokens, counts }: Learned,
  { nVocab, digest }: VocabularyKey,
): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(learnedFileBytes(tokens.length));
  const view = new DataView(file.buffer);
  for (const [i, word] of [MAGIC, VERSION, nVocab, N_COUNTS, tokens.length, 0].entries()) {
    view.setUint32(4 * i, word, true);
  }
  file.set(digest, HEADER_BYTES - DIGEST_BYTES);
  for (let i = 0; i < N_COUNTS; i++) view.setFloat64(HEADER_BYTES + 8 * i, counts[i], true);
  for (let i = 0; i < tokens.length; i++) view.setInt32(TOKENS_AT + 4 * i, tokens[i], true);
  return file;
}

/** Decodes a file of `encodeLearned` for the same vocabulary, and checks all of it. */
export function decodeLearned(file: Uint8Array, { nVocab, digest }: VocabularyKey): DecodedFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 4 || view.getUint32(0, true) !== MAGIC) return refused('is no cache of look-ups');
  if (file.length < HEADER_BYTES) return refused(`ends after ${file.length} bytes, in its header`);
  const [version, nTheirs, nCounts, nTokens] = [4, 8, 12, 16].map(at => view.getUint32(at, true));
  if (version !== VERSION) return refused(`has version ${version}; this server reads version ${VERSION}`);
  if (nTheirs !== nVocab) {
    return refused(`belongs to a vocabulary of ${nTheirs} tokens; the model has ${nVocab}`);
  }
  const theirs = file.subarray(HEADER_BYTES - DIGEST_BYTES, HEADER_BYTES);
  if (!digest.every((byte, i) => byte === theirs[i])) return refused('belongs to another vocabulary');
  if (nCounts !== N_COUNTS) return refused(`has ${nCounts} counts instead of ${N_COUNTS}`);
  const wantedBytes = learnedFileBytes(nTokens);
  if (file.length !== wantedBytes) {
    return refused(`has ${file.length} bytes; with ${nTokens} tokens it would have ${wantedBytes}`);
  }
  const counts = Float64Array.from({ length: N_COUNTS }, (_, i) =>
    view.getFloat64(HEADER_BYTES + 8 * i, true),
  );
  if (!areCounts(counts)) return refused('has counts that cannot be');
  const tokens = new Int32Array(nTokens);
  for (let i = 0; i < nTokens; i++) {
    const token = view.getInt32(TOKENS_AT + 4 * i, true);
    if (token >= nVocab || (token < 0 && token !== BREAK)) {
      return refused(`has token ${token} at ${i}; the vocabulary has ${nVocab}`);
    }
    tokens[i] = token;
  }
  return { kind: 'learned', learned: { tokens, counts } };
}

function refused(reason: string): DecodedFile {
  return { kind: 'refused', reason };
}
