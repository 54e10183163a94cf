import type { Pool } from '../../engine/pooling.ts';
import type { Sampler } from '../../engine/sampler/chain.ts';
import type { TokenId } from '../../forward/forward.ts';
import type { CompletionParams } from '../params/completionFields.ts';

/** One prompt of a request, checked and ready to run. */
export interface Task {
  readonly id: number;
  /** Position of the prompt in its request. */
  readonly index: number;
  readonly prompt: readonly TokenId[];
  readonly params: CompletionParams;
  readonly sampler: Sampler;
  /** Most tokens to generate; Infinity when unlimited. */
  readonly nPredict: number;
  /** The first choice of the same prompt, from whose cache this one goes on; absent in the first choice itself. */
  readonly parent?: Task;
  /** Set where the prompt is to be embedded: takes its hidden states. There is nothing to generate then. */
  readonly pool?: Pool;
}
