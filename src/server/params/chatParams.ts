import type { TokenId } from '../../forward/forward.ts';
import type { Constraint } from './grammarConstraint.ts';
import type { ThinkingLimit } from './thinkingLimit.ts';

/** Parameters that a chat adds to those of a completion. */
export interface ChatParams {
  /** True if content, thoughts and tool calls are parsed out of the model's text, which needs a Jinja template. */
  readonly isParsed: boolean;
  /** Text at the end of the prompt that opens the answer. */
  readonly opener: string;
  /** Constraint on the form of the answer; replaces the request's own grammar. */
  readonly constraint: Constraint | null;
  /** Special tokens that appear in the answer's text. */
  readonly preserved: readonly TokenId[];
  readonly thinking: ThinkingLimit | null;
}
