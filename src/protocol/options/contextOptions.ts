import { option } from './option.ts';
import { boolean, integer, number, text } from './valueTypes.ts';

/** Options of slots, their context and the prompt cache. */
export const CONTEXT_OPTIONS = {
  /**
   * Context of all slots together. Each has `floor(nCtx / nSlots)`, but no more than the model was trained with. Default: the
   * training context, up to 4096, for each.
   */
  nCtx: option(integer(1, 2 ** 20), {
    flag: '-c, --ctx-size',
    env: 'LLAMA_ARG_CTX_SIZE',
    help: "context of all slots together in steps of 256, 0 for the model's own (default: 0)",
    automatic: 0,
  }),
  /** Requests decoded at the same time. Default 1. */
  nSlots: option(integer(1, 256), {
    default: 1,
    flag: '-np, --parallel',
    env: 'LLAMA_ARG_N_PARALLEL',
    help: 'requests decoded at the same time (default: 4 that share one context)',
    automatic: -1,
  }),
  /**
   * Whether the slots share the context: each may use all of it, or `kvUnifiedPerSlot` tokens. Without `nCtx` there is one
   * training context for all. Running requests fail with `cache_full` when they need more together. Default false.
   */
  kvUnified: option(boolean, {
    default: false,
    flag: '-kvu, --kv-unified',
    off: '-no-kvu, --no-kv-unified',
    env: 'LLAMA_ARG_KV_UNIFIED',
    help: 'let every slot use all of the context, which they share (default: only without -np)',
  }),
  /** Most tokens of a shared context that one slot may use. Default: all. */
  kvUnifiedPerSlot: option(integer(1, 2 ** 20), {
    flag: '--kv-unified-per-slot',
    help: 'the most of a shared context that one slot may use (default: all)',
  }),
  /** Largest number of rows in one batch, at least `nSlots`. Default 64, on a GPU 256. */
  nBatch: option(integer(1, 4096), {
    default: 64,
    flag: '-b, --batch-size',
    env: 'LLAMA_ARG_BATCH',
    help: 'largest number of rows in one batch (default: 256 on a GPU, 64 on a processor)',
  }),
  /** Whether a request may join while others are being decoded. Default true. */
  contBatching: option(boolean, {
    default: true,
    flag: '-cb, --cont-batching',
    off: '-nocb, --no-cont-batching',
    env: 'LLAMA_ARG_CONT_BATCHING',
    help: 'let requests join while others are decoded',
  }),
  /** Whether to discard old context instead of stopping when a slot is full. Default false. */
  ctxShift: option(boolean, {
    default: false,
    flag: '--context-shift',
    off: '--no-context-shift',
    env: 'LLAMA_ARG_CONTEXT_SHIFT',
    help: 'drop old context instead of stopping when a slot is full (default: stop)',
  }),
  /** Default `cache_prompt` of requests. Default true. */
  cachePrompt: option(boolean, {
    default: true,
    flag: '--cache-prompt',
    off: '--no-cache-prompt',
    env: 'LLAMA_ARG_CACHE_PROMPT',
    help: 'reuse what a slot has of a prompt',
  }),
  /**
   * Default `n_cache_reuse` of requests: chunks of a prompt that a slot holds at other positions are moved and reused if they
   * have at least this many tokens. Such an answer is not exact, because the moved tokens were decoded after other text; 0 turns
   * this off. Default 0.
   */
  cacheReuse: option(integer(0, 2 ** 31 - 1), {
    default: 0,
    flag: '--cache-reuse',
    env: 'LLAMA_ARG_CACHE_REUSE',
    help: 'tokens of the shortest chunk that is reused at another position, not exactly (default: 0, off)',
  }),
  /**
   * Most memory, in MiB, for prompts that had to leave their slots; when one is requested again it is not decoded again. 0 turns
   * this off, -1 sets no limit. Default 1024, an eighth of llama-server's: a tab has less memory.
   */
  cacheRam: option(integer(-1, 2 ** 31 - 1), {
    default: 1024,
    flag: '-cram, --cache-ram',
    env: 'LLAMA_ARG_CACHE_RAM',
    help: 'most MiB for prompts that left their slots, 0 for none, -1 for no limit',
  }),
  /** Whether to save idle slots there as well, whenever a task starts. Default true. */
  cacheIdleSlots: option(boolean, {
    default: true,
    flag: '--cache-idle-slots',
    off: '--no-cache-idle-slots',
    env: 'LLAMA_ARG_CACHE_IDLE_SLOTS',
    help: 'keep idle slots there, too, when a request comes',
  }),
  /**
   * Most checkpoints of a slot, for models with recurrent layers: where a prompt departs from what a slot holds, only what follows the
   * last checkpoint is decoded again. Each has the size of the layers' state. Default 8, a quarter of llama-server's.
   */
  ctxCheckpoints: option(integer(0, 1024), {
    default: 8,
    flag: '-ctxcp, --ctx-checkpoints, --swa-checkpoints',
    env: 'LLAMA_ARG_CTX_CHECKPOINTS',
    help: 'most checkpoints of a slot, for models with recurrent layers',
  }),
  /** Fewest tokens between two checkpoints. Default 64. */
  checkpointMinStep: option(integer(1, 2 ** 31 - 1), {
    default: 64,
    flag: '-cms, --checkpoint-min-step',
    help: 'fewest tokens between two of them',
  }),
  /**
   * Folder for the files of `POST /slots/:id?action=save`: the name of a directory in the origin private file system, or a URL
   * below which files can be read (GET) and written (PUT). Default: none, so slots cannot be saved.
   */
  slotSavePath: option(text, {
    flag: '--slot-save-path',
    value: 'DIR',
    help: 'folder for slots that POST /slots/ID?action=save saves (default: none)',
  }),
  /** Smallest share of a prompt that a slot must hold to be chosen for it. Default 0.1. */
  slotPromptSimilarity: option(number(0, 1), {
    default: 0.1,
    flag: '-sps, --slot-prompt-similarity',
    help: 'share of a prompt that a slot must have to be chosen for it',
  }),
};
