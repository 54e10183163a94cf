import type { TokenId } from '../../forward/forward.ts';
import type { Constraint } from './grammarConstraint.ts';
import type { ThinkingLimit } from './thinkingLimit.ts';

/** What a chat adds to the parameters of a completion. */
export interface ChatParams {
  /** Whether the answer is told from what else the model writes, as it is with Jinja templates. */
  readonly isParsed: boolean;
  /** What opened the answer, at the end of the prompt. */
  readonly opener: string;
  /** Decides what the answer may look like, in place of the request's own grammar. */
  readonly constraint: Constraint | null;
  /** Special tokens that belong to the text of the answer. */
  readonly preserved: readonly TokenId[];
  readonly thinking: ThinkingLimit | null;
}
