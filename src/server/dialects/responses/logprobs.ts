import type { CompletionProbability } from '../../../protocol/completion.ts';

interface Span {
  readonly token: CompletionProbability;
  /** Range in the text of all tokens. A token with the first bytes of a character has an empty range. */
  readonly from: number;
  readonly to: number;
}

/**
 * Selects the tokens of the message from all tokens of an answer. Tags, thoughts and calls have tokens too, but a response has
 * no place for their probabilities. Tokens may arrive earlier than their text, which waits while it could become a stop string.
 */
export class MessageLogprobs {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #spans: Span[] = [];
  #text = '';
  /** Range of the message in the text so far; null before it begins. */
  #start: number | null = null;
  #end = 0;
  #nSeen = 0;

  push(tokens: readonly CompletionProbability[] = []): void {
    for (const token of tokens) {
      const from = this.#text.length;
      this.#text += this.#decoder.decode(Uint8Array.from(token.bytes), { stream: true });
      // An end-of-generation token has no text.
      if (token.bytes.length > 0) this.#spans.push({ token, from, to: this.#text.length });
    }
  }

  /** Returns the tokens of `piece`, the next piece of the message. */
  take(piece: string): CompletionProbability[] {
    const start = this.#start ?? this.#text.lastIndexOf(piece);
    if (start < 0) return [];
    if (this.#start === null) this.#end = start;
    this.#start = start;
    this.#end += piece.length;
    const taken: CompletionProbability[] = [];
    for (; this.#nSeen < this.#spans.length; this.#nSeen++) {
      const { token, from, to } = this.#spans[this.#nSeen];
      if (from >= this.#end) break;
      if (to > start || from === start) taken.push(token);
    }
    return taken;
  }
}
