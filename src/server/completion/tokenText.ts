import type { TokenText } from '../../protocol/completion.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';

/** Text and bytes of a token; both are empty for a control token, unless `special`. */
export function tokenText(id: number, tokenizer: Tokenizer, special = false): TokenText {
  const bytes = tokenizer.piece(id, special);
  // With `stream`, a decoder holds back an incomplete character at the end.
  const token = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
  return { id, token, bytes: [...bytes] };
}
