import type { ForwardPass } from '../../../forward/forwardPass.ts';
import { commonPrefix, holding, type IdleState, type Slot } from '../slots.ts';
import type { Task } from '../task.ts';
import { type ChunkShift, chunkShifts } from './chunkReuse.ts';
import { PromptCache } from './promptCache.ts';

export interface SlotCachesOptions {
  /** Size limit of the prompt cache in bytes; 0 turns it off. */
  readonly limitBytes: number;
  /** True if idle slots are saved when a task starts in another one. */
  readonly saveIdle: boolean;
  /** True if saved idle slots are also emptied, because other slots can use their cells. */
  readonly clearIdle: boolean;
  /** Minimum share of a prompt that a slot must hold to be chosen. */
  readonly minSimilarity: number;
  readonly log: (line: string) => void;
}

type CacheModel = Pick<ForwardPass, 'canShift' | 'reusable' | 'readCache' | 'writeCache' | 'shift'>;

/** Reusable part of a prompt in a slot. */
export interface Reuse {
  readonly nCached: number;
  /** Number of leading tokens whose bits equal those of a new computation. */
  readonly nExact: number;
  /** Moves that are needed for the rest. */
  readonly shifts: readonly ChunkShift[];
}

/**
 * Manages a slot's K and V between tasks: saves them to the prompt cache in memory, exchanges them for a better entry, or reuses
 * them. Saving only starts here: the GPU copies in the order of calls, so the slot can continue at once while the bytes arrive.
 */
export class SlotCaches {
  readonly #model: CacheModel;
  readonly #options: SlotCachesOptions;
  readonly #prompts: PromptCache;
  readonly #saving = new Set<Promise<void>>();
  /** Measured at the first entry that was read. */
  #bytesPerToken = 0;

  constructor(model: CacheModel, options: SlotCachesOptions) {
    this.#model = model;
    this.#options = options;
    this.#prompts = new PromptCache(options.limitBytes);
    if (this.#savesIdle) {
      options.log('idle slots are saved to the prompt cache when a task starts');
      // llama-server's tests look for these names in its log.
      options.log('__TEST_TAG_CACHE_IDLE_SLOTS_ENABLED__');
    }
  }

  /** Resolves when all entries being saved are in the cache. */
  async settled(): Promise<void> {
    await Promise.all(this.#saving);
  }

  /** Prepares `slot` for `task`: saves the state that it would lose, and loads an entry that serves it better. */
  prepare(slot: Slot, state: IdleState, { prompt, params }: Task): IdleState {
    const { cached } = state;
    const { limitBytes, minSimilarity, log } = this.#options;
    const shared = commonPrefix(cached, prompt);
    const losesHalf = shared < cached.length / 2;
    // If the slot was neither requested nor holds the prompt, it was chosen as the least recently used.
    const wasOldest = params.idSlot < 0 && shared <= minSimilarity * prompt.length;
    if (limitBytes === 0 || prompt.length === 0 || !(losesHalf || wasOldest)) return state;
    log(`slot ${slot.id}: updating prompt cache`);
    this.#save(slot, state);
    const better = this.#prompts.take(prompt, cached);
    if (better === null) return state;
    log(`slot ${slot.id}: loading ${better.tokens.length} tokens from the prompt cache`);
    try {
      this.#model.writeCache(slot.id, better.tokens.length, better.cache);
      return holding(state, better.tokens);
    } catch (error) {
      log(`slot ${slot.id}: not loaded: ${String(error)}`);
      return holding(state, []);
    }
  }

  /** Saves the idle slots when a task has started. */
  saveIdle(slots: readonly Slot[]): void {
    if (!this.#savesIdle) return;
    for (const slot of slots) {
      if (slot.state.kind !== 'idle') continue;
      this.#save(slot, slot.state, '__TEST_TAG_CACHE_IDLE_SLOT__');
      if (this.#options.clearIdle) slot.state = holding(slot.state, []);
    }
  }

  /** Finds the part of the task's prompt that a slot holds, after the moves that `n_cache_reuse` allows. */
  reuse({ id }: Slot, { cached, cells }: IdleState, { prompt, params }: Task): Reuse {
    if (!params.cachePrompt) return { nCached: 0, nExact: 0, shifts: [] };
    // At least one token must be decoded: its logits select the first token of the answer.
    const most = Math.max(0, prompt.length - 1);
    const nExact = this.#model.reusable(id, Math.min(commonPrefix(cached, prompt), most));
    if (params.nCacheReuse === 0 || !this.#model.canShift) return { nCached: nExact, nExact, shifts: [] };
    const { shifts, nPast } = chunkShifts(cells, prompt, commonPrefix(cells, prompt), params.nCacheReuse);
    return { nCached: Math.min(nPast, most), nExact, shifts };
  }

  /** Moves the chunks that `reuse` found. A draft model compares tokens itself and decodes those that it lacks. */
  move(slot: Slot, { shifts }: Reuse): void {
    for (const { keep, discard, end } of shifts) this.#model.shift(slot.id, keep, discard, end);
  }

  get #savesIdle(): boolean {
    return this.#options.saveIdle && this.#options.limitBytes > 0;
  }

  #save({ id }: Slot, { cached: tokens }: IdleState, mark = ''): void {
    if (tokens.length === 0 || this.#prompts.contains(tokens)) return;
    if (!this.#prompts.fits(tokens.length * this.#bytesPerToken)) return;
    const { log } = this.#options;
    const saving = this.#model
      .readCache(id, tokens.length)
      .then(cache => {
        this.#bytesPerToken = cache.length / tokens.length;
        const isNew = this.#prompts.add({ tokens, cache });
        if (!isNew) return;
        const { nEntries, sizeBytes } = this.#prompts;
        const total = `prompt cache: ${nEntries} prompts, ${(sizeBytes / 2 ** 20).toFixed(1)} MiB`;
        log(`slot ${id}: saved ${tokens.length} tokens; ${total} ${mark}`.trimEnd());
      })
      // Without the entry the prompt is decoded again, so no request fails.
      .catch((error: unknown) => log(`slot ${id}: not saved to the prompt cache: ${String(error)}`))
      .finally(() => this.#saving.delete(saving));
    this.#saving.add(saving);
  }
}
