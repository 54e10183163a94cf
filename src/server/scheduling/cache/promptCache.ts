import type { TokenId } from '../../../forward/forward.ts';
import { commonPrefix } from '../slots.ts';
import type { SavedSlot } from './slotFile.ts';

/** Minimum share of an entry that a prompt must use to take it: another prompt may need the rest. */
const MIN_KEPT = 0.25;

/**
 * Prompts with their K and V in memory, up to a number of bytes; the oldest entries are dropped first. No entry is the beginning
 * of another. The rules are those of llama-server's `--cache-ram`.
 */
export class PromptCache {
  readonly #limitBytes: number;
  /** Entries from the oldest to the newest. */
  #entries: SavedSlot[] = [];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get nEntries(): number {
    return this.#entries.length;
  }

  get sizeBytes(): number {
    return this.#entries.reduce((sum, { cache }) => sum + cache.length, 0);
  }

  /** True if an entry begins with these tokens, so that adding them gains nothing. */
  contains(tokens: readonly TokenId[]): boolean {
    return this.#entries.some(entry => commonPrefix(entry.tokens, tokens) === tokens.length);
  }

  /** True if an entry of this size can be added. */
  fits(sizeBytes: number): boolean {
    return sizeBytes <= this.#limitBytes;
  }

  /** Adds an entry and removes those that it begins with; returns false if it is already contained or too large. */
  add(entry: SavedSlot): boolean {
    if (!this.fits(entry.cache.length) || this.contains(entry.tokens)) return false;
    this.#entries = this.#entries.filter(({ tokens }) => commonPrefix(tokens, entry.tokens) < tokens.length);
    while (this.sizeBytes + entry.cache.length > this.#limitBytes) this.#entries.shift();
    this.#entries.push(entry);
    return true;
  }

  /**
   * Takes the entry that serves `prompt` better than a slot with the tokens `held`: a larger part of the prompt and of the entry
   * is used. Null if the slot is at least as good.
   */
  take(prompt: readonly TokenId[], held: readonly TokenId[]): SavedSlot | null {
    let longest = commonPrefix(held, prompt);
    let kept = held.length === 0 ? -1 : longest / held.length;
    let best: SavedSlot | null = null;
    for (const entry of this.#entries) {
      const shared = commonPrefix(entry.tokens, prompt);
      const share = shared / entry.tokens.length;
      if (share >= MIN_KEPT && share > kept && shared > longest) {
        [best, longest, kept] = [entry, shared, share];
      }
    }
    if (best !== null) this.#entries.splice(this.#entries.indexOf(best), 1);
    return best;
  }
}
