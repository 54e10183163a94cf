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
  /** Maximum number of tokens to generate; Infinity if unlimited. */
  readonly nPredict: number;
  /** First choice of the same prompt, whose cache this choice continues; absent in the first choice itself. */
  readonly parent?: Task;
  /** Receives the hidden states of a prompt to embed; then no tokens are generated. */
  readonly pool?: Pool;
}
