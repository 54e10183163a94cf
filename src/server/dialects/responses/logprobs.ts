import type { CompletionProbability } from '../../../protocol/completion.ts';

interface Span {
  readonly token: CompletionProbability;
  /** Its place in what all tokens say together; the first bytes of a character are no text yet. */
  readonly from: number;
  readonly to: number;
}

/**
 * Tells the tokens that write a message from those that write tags, thoughts or calls, whose probabilities have no place in a
 * response. Of a text that may yet become a stop string the tokens are known before it is a piece of the message.
 */
export class MessageLogprobs {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #spans: Span[] = [];
  #text = '';
  /** Where the message begins, and ends as far as it is known. */
  #start: number | null = null;
  #end = 0;
  #nSeen = 0;

  push(tokens: readonly CompletionProbability[] = []): void {
    for (const token of tokens) {
      const from = this.#text.length;
      this.#text += this.#decoder.decode(Uint8Array.from(token.bytes), { stream: true });
      // The end of generation says nothing.
      if (token.bytes.length > 0) this.#spans.push({ token, from, to: this.#text.length });
    }
  }

  /** The tokens of `piece`, with which the message begins or goes on. */
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
