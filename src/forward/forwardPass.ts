import type { Drafting } from './drafting.ts';
import type { Forward } from './forward.ts';
import type { SequenceCache } from './sequenceCache.ts';

/**
 * Model as `engine` and `server` know it, between tokens and buffers. `src/model` implements it on the GPU; tests use scripted
 * fakes.
 */
export interface ForwardPass extends Forward, Drafting, SequenceCache {}
