import type { TokenId } from '../../forward/forward.ts';
import type { SpeculationTrace } from '../../protocol/completion.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { Generation } from '../scheduling/generation.ts';
import { tokenText } from './tokenText.ts';

/** `speculation_trace` of the tokens from number `start` on; without a field if the request does not ask for it. */
export function speculationTrace(
  { trace, task: { params } }: Generation,
  start: number,
  tokenizer: Tokenizer,
): { readonly speculation_trace?: SpeculationTrace } {
  if (trace === null) return {};
  // Rendered as in the answer, so that the bytes of all tokens are its text.
  const textOf = (id: TokenId) => tokenText(id, tokenizer, params.chat?.preserved.includes(id));
  const { tokens, rounds } = trace.since(start);
  return {
    speculation_trace: {
      tokens: tokens.map(({ token, source, round }) => ({ ...textOf(token), source, round })),
      rounds: rounds.map(({ drafter, draft, nAccepted, ms }) => ({
        source: drafter,
        draft: draft.map(textOf),
        n_accepted: nAccepted,
        ms,
      })),
    },
  };
}
