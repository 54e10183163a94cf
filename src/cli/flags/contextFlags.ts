import { type Flag, numberSetting, requestDefault, toggle, valued, withSettings } from './flag.ts';
import { anyNumber, asIs, wholeNumber } from './values.ts';

/** Flags for slots, their context and the prompt cache. */
export const CONTEXT_FLAGS: readonly Flag[] = [
  numberSetting('nCtx', wholeNumber, {
    names: ['-c', '--ctx-size'],
    help: "context of all slots together in steps of 256, 0 for the model's own (default: 0)",
    env: 'LLAMA_ARG_CTX_SIZE',
    absent: 0,
  }),
  numberSetting('nSlots', wholeNumber, {
    names: ['-np', '--parallel'],
    help: 'requests decoded at the same time (default: 4 that share one context)',
    env: 'LLAMA_ARG_N_PARALLEL',
    absent: -1,
  }),
  toggle('kvUnified', {
    names: ['-kvu', '--kv-unified'],
    off: ['-no-kvu', '--no-kv-unified'],
    help: 'let every slot use all of the context, which they share (default: only without -np)',
    env: 'LLAMA_ARG_KV_UNIFIED',
  }),
  numberSetting('kvUnifiedPerSlot', wholeNumber, {
    names: ['--kv-unified-per-slot'],
    help: 'the most of a shared context that one slot may use (default: all)',
  }),
  numberSetting('nBatch', wholeNumber, {
    names: ['-b', '--batch-size'],
    help: 'largest number of rows in one batch (default: 64)',
    env: 'LLAMA_ARG_BATCH',
  }),
  toggle('contBatching', {
    names: ['-cb', '--cont-batching'],
    off: ['-nocb', '--no-cont-batching'],
    help: 'let requests join while others are decoded (the default)',
    env: 'LLAMA_ARG_CONT_BATCHING',
  }),
  toggle('ctxShift', {
    names: ['--context-shift'],
    off: ['--no-context-shift'],
    help: 'drop old context instead of stopping when a slot is full (default: stop)',
    env: 'LLAMA_ARG_CONTEXT_SHIFT',
  }),
  requestDefault('n_keep', wholeNumber, {
    names: ['--keep'],
    help: 'tokens of the prompt that a context shift keeps, -1 for all (default: 0)',
  }),
  toggle('cachePrompt', {
    names: ['--cache-prompt'],
    off: ['--no-cache-prompt'],
    help: 'reuse what a slot has of a prompt (the default)',
    env: 'LLAMA_ARG_CACHE_PROMPT',
  }),
  numberSetting('cacheReuse', wholeNumber, {
    names: ['--cache-reuse'],
    help: 'tokens of the shortest chunk that is reused at another position, not exactly (default: 0, off)',
    env: 'LLAMA_ARG_CACHE_REUSE',
  }),
  numberSetting('cacheRam', wholeNumber, {
    names: ['-cram', '--cache-ram'],
    help: 'most MiB for prompts that left their slots, 0 for none, -1 for no limit (default: 1024)',
    env: 'LLAMA_ARG_CACHE_RAM',
  }),
  toggle('cacheIdleSlots', {
    names: ['--cache-idle-slots'],
    off: ['--no-cache-idle-slots'],
    help: 'keep idle slots there, too, when a request comes (the default)',
    env: 'LLAMA_ARG_CACHE_IDLE_SLOTS',
  }),
  valued(
    {
      names: ['--slot-save-path'],
      value: 'DIR',
      help: 'folder for slots that POST /slots/ID?action=save saves (default: none)',
    },
    asIs,
    (given, slotSavePath) => withSettings(given, { slotSavePath }),
  ),
  numberSetting('slotPromptSimilarity', anyNumber, {
    names: ['-sps', '--slot-prompt-similarity'],
    help: 'share of a prompt that a slot must have to be chosen for it (default: 0.1)',
  }),
];
