import type { ForwardPass } from '../../../forward/forwardPass.ts';
import { commonPrefix, holding, type IdleState, type Slot } from '../slots.ts';
import type { Task } from '../task.ts';
import { type ChunkShift, chunkShifts } from './chunkReuse.ts';
import { PromptCache } from './promptCache.ts';

export interface SlotCachesOptions {
  /** Most bytes of the prompt cache; 0 for none. */
  readonly limitBytes: number;
  /** Whether idle slots are saved when a task starts in another one. */
  readonly saveIdle: boolean;
  /** Whether these are emptied then, because others can use their cells. */
  readonly clearIdle: boolean;
  /** Least share of a prompt for which a slot is chosen. */
  readonly minSimilarity: number;
  readonly log: (line: string) => void;
}

/** What of a prompt a slot holds. */
export interface Reuse {
  readonly nCached: number;
  /** So many of its first tokens have the bits that decoding them again would give. */
  readonly nExact: number;
  /** What has to be moved for that. */
  readonly shifts: readonly ChunkShift[];
}

/**
 * What becomes of a slot's K and V when the next task comes: saved to the prompt cache in memory, exchanged for a better
 * entry of it, reused. Saving only begins here: the GPU copies in the order of calls, so the slot may go on at once, and
 * the bytes arrive while it does.
 */
export class SlotCaches {
  readonly #model: Pick<ForwardPass, 'canShift' | 'readCache' | 'writeCache' | 'shift'>;
  readonly #options: SlotCachesOptions;
  readonly #prompts: PromptCache;
  readonly #saving = new Set<Promise<void>>();
  /** Known from the first one that was read. */
  #bytesPerToken = 0;

  constructor(
    model: Pick<ForwardPass, 'canShift' | 'readCache' | 'writeCache' | 'shift'>,
    options: SlotCachesOptions,
  ) {
    this.#model = model;
    this.#options = options;
    this.#prompts = new PromptCache(options.limitBytes);
    if (this.#savesIdle) {
      options.log('idle slots are saved to the prompt cache when a task starts');
      // Names that llama-server's tests look for in its log, here and below.
      options.log('__TEST_TAG_CACHE_IDLE_SLOTS_ENABLED__');
    }
  }

  /** Resolves when everything that was being saved can be found again. */
  async settled(): Promise<void> {
    await Promise.all(this.#saving);
  }

  /** `task` comes to `slot`: what it would lose is saved, and what is better for it is loaded. */
  prepare(slot: Slot, state: IdleState, { prompt, params }: Task): IdleState {
    const { cached } = state;
    const { limitBytes, minSimilarity, log } = this.#options;
    const shared = commonPrefix(cached, prompt);
    const losesHalf = shared < cached.length / 2;
    // A slot that was not asked for, and does not hold the prompt, was the least recently used.
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

  /** A task has started: saves the slots that are idle. */
  saveIdle(slots: readonly Slot[]): void {
    if (!this.#savesIdle) return;
    for (const slot of slots) {
      if (slot.state.kind !== 'idle') continue;
      this.#save(slot, slot.state, '__TEST_TAG_CACHE_IDLE_SLOT__');
      if (this.#options.clearIdle) slot.state = holding(slot.state, []);
    }
  }

  /** How much of the task's prompt a slot has, once the chunks are moved that `n_cache_reuse` asks for. */
  reuse({ cached, cells }: IdleState, { prompt, params }: Task): Reuse {
    if (!params.cachePrompt) return { nCached: 0, nExact: 0, shifts: [] };
    // At least one token has to be decoded: its logits choose the first one of the answer.
    const most = Math.max(0, prompt.length - 1);
    const nExact = Math.min(commonPrefix(cached, prompt), most);
    if (params.nCacheReuse === 0 || !this.#model.canShift) return { nCached: nExact, nExact, shifts: [] };
    const { shifts, nPast } = chunkShifts(cells, prompt, commonPrefix(cells, prompt), params.nCacheReuse);
    return { nCached: Math.min(nPast, most), nExact, shifts };
  }

  /** Moves what `reuse` found. A draft model goes by the tokens, and decodes what it lacks. */
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
      // Without the entry the prompt is decoded again, which is no reason to fail anybody.
      .catch((error: unknown) => log(`slot ${id}: not saved to the prompt cache: ${String(error)}`))
      .finally(() => this.#saving.delete(saving));
    this.#saving.add(saving);
  }
}
