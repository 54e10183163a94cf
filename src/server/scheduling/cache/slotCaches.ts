import type { ForwardPass } from '../../../forward/forwardPass.ts';
import { commonPrefix, holding, type IdleState, type Slot } from '../slots.ts';
import type { Task } from '../task.ts';
import { type CheckpointOptions, Checkpoints, type Resumption } from './checkpoints.ts';
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
  /** Most checkpoints of a slot, and fewest tokens between two, in models with recurrent layers. */
  readonly checkpoints: Omit<CheckpointOptions, 'log'>;
  readonly log: (line: string) => void;
}

type CacheModel = Pick<
  ForwardPass,
  'canShift' | 'maxRollback' | 'reusable' | 'readState' | 'writeState' | 'readCache' | 'writeCache' | 'shift'
>;

/** Reusable part of a prompt in a slot. */
export interface Reuse {
  readonly nCached: number;
  /** Number of leading tokens whose bits equal those of a new computation. */
  readonly nExact: number;
  /** Moves that are needed for the rest. */
  readonly shifts: readonly ChunkShift[];
  /** Checkpoint to go on from; null if the slot can go on by itself. */
  readonly checkpoint: Resumption | null;
}

/**
 * Manages a slot's K and V between tasks: saves them to the prompt cache in memory, exchanges them for a better entry, or reuses
 * them. Saving only starts here: the GPU copies in the order of calls, so the slot can continue at once while the bytes arrive.
 */
export class SlotCaches {
  readonly #model: CacheModel;
  readonly #options: SlotCachesOptions;
  readonly #prompts: PromptCache;
  readonly #checkpoints: Checkpoints;
  readonly #saving = new Set<Promise<void>>();
  /** Measured at the first entry that was read. */
  #bytesPerToken = 0;

  constructor(model: CacheModel, options: SlotCachesOptions) {
    this.#model = model;
    this.#options = options;
    this.#prompts = new PromptCache(options.limitBytes);
    this.#checkpoints = new Checkpoints(model, { ...options.checkpoints, log: options.log });
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
  reuse(slot: Slot, { cached, cells }: IdleState, { prompt, params }: Task): Reuse {
    const nothing = { nCached: 0, nExact: 0, shifts: [], checkpoint: null };
    if (!params.cachePrompt) return nothing;
    // At least one token must be decoded: its logits select the first token of the answer.
    const most = Math.max(0, prompt.length - 1);
    const nShared = Math.min(commonPrefix(cached, prompt), most);
    const nExact = this.#model.reusable(slot.id, nShared);
    const checkpoint = this.#checkpoints.furthest(slot, nShared);
    if (checkpoint && checkpoint.nTokens > nExact)
      return { ...nothing, nCached: checkpoint.nTokens, nExact: checkpoint.nTokens, checkpoint };
    if (params.nCacheReuse === 0 || !this.#model.canShift) return { ...nothing, nCached: nExact, nExact };
    const { shifts, nPast } = chunkShifts(cells, prompt, commonPrefix(cells, prompt), params.nCacheReuse);
    return { ...nothing, nCached: Math.min(nPast, most), nExact, shifts };
  }

  /**
   * Brings a slot to where `reuse` lets it begin: restores a checkpoint, or moves chunks. A draft model compares tokens itself and
   * decodes those that it lacks.
   */
  move(slot: Slot, { nCached, shifts, checkpoint }: Reuse): void {
    for (const { keep, discard, end } of shifts) this.#model.shift(slot.id, keep, discard, end);
    if (checkpoint) this.#model.writeState(slot.id, checkpoint.nTokens, checkpoint.bytes);
    this.#checkpoints.truncate(slot, nCached);
    this.keepPlace(slot, nCached);
  }

  /** Takes a checkpoint where a slot is: at the beginning of what a prompt adds, and at its end. */
  keepPlace(slot: Slot, nTokens: number): void {
    if (this.#model.maxRollback === Number.POSITIVE_INFINITY || nTokens === 0) return;
    this.#track(this.#checkpoints.take(slot, nTokens));
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
      .catch((error: unknown) => log(`slot ${id}: not saved to the prompt cache: ${String(error)}`));
    this.#track(saving);
  }

  #track(work: Promise<void>): void {
    this.#saving.add(work);
    void work.finally(() => this.#saving.delete(work));
  }
}
