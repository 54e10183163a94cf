import {
  decodeLearned,
  encodeLearned,
  learnedFileBytes,
  type VocabularyKey,
} from '../engine/suffix/learnedFile.ts';
import { SuffixMemory } from '../engine/suffix/suffixMemory.ts';
import type { VocabularySpec } from '../tokenizer/index.ts';
import { isRemote, type KeptFile, originFile, remoteFile } from './keptFile.ts';

/** Most tokens of a file, which are the most that a server remembers (`ngramSuffixTokens`). */
const MOST_TOKENS = 2 ** 26;
/** Time between two saves. A crash loses no more than this. */
const SAVE_EVERY_MS = 10_000;

/** Opens the location of the option `lookupCache`: a URL, or a file of this origin. */
export function openLookupFile(location: string): KeptFile {
  return isRemote(location)
    ? remoteFile(location)
    : originFile(() => navigator.storage.getDirectory(), location);
}

/** Key of a vocabulary: the digest is that of the texts of all tokens, and of where each begins. */
export async function vocabularyKey({ tokens }: Pick<VocabularySpec, 'tokens'>): Promise<VocabularyKey> {
  const text = await new Blob([new Uint8Array(tokens.bytes), new Uint32Array(tokens.starts)]).arrayBuffer();
  return { nVocab: tokens.length, digest: new Uint8Array(await crypto.subtle.digest('SHA-256', text)) };
}

export interface LookupStoreOptions {
  readonly file: KeptFile;
  readonly vocabulary: VocabularyKey;
  /** Tokens to remember, as for `SuffixMemory`. */
  readonly limit: number;
  /** Receives what is worth knowing while the server runs. */
  readonly log: (line: string) => void;
}

/**
 * Memory of look-ups that begins with the content of a file, and is saved there: every 10 s if there is something new, and when it
 * is closed. Nothing waits for these saves.
 */
export class LookupStore {
  readonly memory: SuffixMemory;
  /** Reason why the file is neither used nor overwritten, for the user; null if it is fine or absent. */
  readonly warning: string | null;
  readonly #options: LookupStoreOptions;
  readonly #timer: ReturnType<typeof setInterval> | null;
  /** Number of learned tokens that are in the file, or will be after the current save. */
  #nSaved: number;
  #saving: Promise<void> = Promise.resolve();
  #isSaving = false;

  /** Reads the file. A file that cannot be used is left as it is: the memory begins empty, and is not saved. */
  static async open(options: LookupStoreOptions): Promise<LookupStore> {
    const { file, vocabulary, limit } = options;
    try {
      const bytes = await file.read(learnedFileBytes(MOST_TOKENS));
      if (bytes === null) return new LookupStore(options, new SuffixMemory(limit), null);
      const decoded = decodeLearned(bytes, vocabulary);
      if (decoded.kind === 'learned') {
        return new LookupStore(options, new SuffixMemory(limit, decoded.learned), null);
      }
      return new LookupStore(options, new SuffixMemory(limit), `the file ${decoded.reason}`);
    } catch (error) {
      return new LookupStore(
        options,
        new SuffixMemory(limit),
        `the file cannot be read: ${messageOf(error)}`,
      );
    }
  }

  private constructor(options: LookupStoreOptions, memory: SuffixMemory, fault: string | null) {
    this.#options = options;
    this.memory = memory;
    this.#nSaved = memory.nLearned;
    this.warning =
      fault &&
      `lookupCache: ${fault}; it stays as it is, and what look-ups learn is not kept; delete it, or name another file`;
    this.#timer = fault === null ? setInterval(() => this.#save(), SAVE_EVERY_MS) : null;
  }

  /** Saves what is new, and resolves when it is written. Call it when no more answers are written. */
  async close(): Promise<void> {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    await this.#saving;
    this.#save();
    await this.#saving;
  }

  /** Starts a save, unless one is running or nothing is new. */
  #save(): void {
    const { nLearned } = this.memory;
    if (this.#isSaving || nLearned === this.#nSaved) return;
    const { file, vocabulary, log } = this.#options;
    const nBefore = this.#nSaved;
    this.#nSaved = nLearned;
    this.#isSaving = true;
    this.#saving = file
      .write(encodeLearned(this.memory.learned(), vocabulary))
      .catch(error => {
        this.#nSaved = nBefore;
        log(`lookupCache: what look-ups learned could not be saved: ${messageOf(error)}`);
      })
      .finally(() => {
        this.#isSaving = false;
      });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
