import type { Drafting } from './drafting.ts';
import type { Forward } from './forward.ts';
import type { SequenceCache } from './sequenceCache.ts';

/**
 * A model as `engine` and `server` know it: between tokens and buffers. Implemented on the GPU by `src/model`, and by scripted
 * fakes in the tests.
 */
export interface ForwardPass extends Forward, Drafting, SequenceCache {}
